package dozen.status;

import dozen.services.Health;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Turns a snapshot into the values that the template needs. */
final class View {
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);
    private static final int BAR = 8;
    private static final int HEIGHT = 24;

    private View() {}

    static Map<String, Object> of(Snapshot snapshot) {
        var values = new HashMap<String, Object>();
        values.put("at", CLOCK.format(snapshot.at()));
        values.put("release", snapshot.release().version());
        values.put("commit", Factors.shortened(snapshot.release().commit()));
        values.put("process", snapshot.process());
        values.put("uptime", since(snapshot.startedAt(), snapshot.at()));
        values.put("state", snapshot.resources().status());
        values.put("well", snapshot.resources().status().equals("ok"));
        values.put("resources", resources(snapshot.resources()));
        values.put("processesKnown", snapshot.processes() != null);
        values.put("processes", processes(snapshot));
        values.put("queuesKnown", snapshot.queues() != null);
        values.put("queues", queues(snapshot.queues()));
        values.put("times", times(snapshot));
        values.put("settings", snapshot.settings());
        values.put("factors", snapshot.factors());
        return values;
    }

    private static List<Map<String, Object>> resources(Health.Report report) {
        return report.resources().entrySet().stream()
                .map(each -> Map.<String, Object>of(
                        "name", each.getKey(),
                        "ok", each.getValue().status().equals("ok"),
                        "ms", each.getValue().ms()))
                .toList();
    }

    private static List<Map<String, Object>> processes(Snapshot snapshot) {
        return Optional.ofNullable(snapshot.processes()).orElse(List.of()).stream()
                .map(process -> Map.<String, Object>of(
                        "type", process.type(),
                        "name", process.name(),
                        "release", process.release().version(),
                        "commit", Factors.shortened(process.release().commit()),
                        "up", since(process.started(), snapshot.at()),
                        "answers", process.name().equals(snapshot.process())))
                .toList();
    }

    private static List<Map<String, Object>> queues(List<JobStats.Queue> queues) {
        return Optional.ofNullable(queues).orElse(List.of()).stream()
                .map(queue -> Map.<String, Object>of(
                        "type", queue.type(),
                        "waiting", queue.waiting(),
                        "oldest", queue.waiting() == 0 ? "" : length(Duration.ofSeconds(queue.oldestSeconds())),
                        "running", queue.running(),
                        "dead", queue.dead(),
                        "done",
                                queue.minutes().stream()
                                        .mapToLong(Long::longValue)
                                        .sum(),
                        "charted", !queue.minutes().isEmpty(),
                        "width", queue.minutes().size() * BAR,
                        "bars", bars(queue.minutes())))
                .toList();
    }

    /** One bar a minute, the tallest as high as the chart. */
    private static List<Map<String, Object>> bars(List<Long> minutes) {
        var max = Math.max(1, minutes.stream().mapToLong(Long::longValue).max().orElse(1));
        var bars = new ArrayList<Map<String, Object>>();
        for (var i = 0; i < minutes.size(); i++) {
            var height = minutes.get(i) == 0 ? 1 : Math.max(2, HEIGHT * minutes.get(i) / max);
            bars.add(Map.of("x", i * BAR, "y", HEIGHT - height, "height", height));
        }
        return bars;
    }

    private static List<Map<String, Object>> times(Snapshot snapshot) {
        return Stream.concat(
                        took("start", snapshot.starts(), snapshot.at()), took("stop", snapshot.drains(), snapshot.at()))
                .toList();
    }

    /** @param timings null while Redis is away */
    private static Stream<Map<String, Object>> took(String what, List<ProcessRegistry.Timing> timings, Instant now) {
        return Stream.ofNullable(timings).flatMap(List::stream).map(each -> took(what, each, now));
    }

    private static Map<String, Object> took(String what, ProcessRegistry.Timing took, Instant now) {
        return Map.of(
                "what", what,
                "type", took.type(),
                "release", took.release().version(),
                "ms", took.ms(),
                "ago", since(took.at(), now));
    }

    private static String since(Instant then, Instant now) {
        return length(Duration.between(then, now));
    }

    private static String length(Duration time) {
        if (time.toDays() > 0) return "%d d %d h".formatted(time.toDays(), time.toHoursPart());
        if (time.toHours() > 0) return "%d h %d min".formatted(time.toHours(), time.toMinutesPart());
        if (time.toMinutes() > 0) return "%d min %d s".formatted(time.toMinutes(), time.toSecondsPart());
        return Math.max(0, time.toSeconds()) + " s";
    }
}
