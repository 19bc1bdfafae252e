package dozen.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import dozen.app.ProcessSettings.Release;
import dozen.config.Env;
import dozen.services.Health;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The whole system as one process sees it. Its components are the fields of {@code /api/status}; its methods are what
 * the page's template needs besides.
 *
 * @param process the name of the process that answers
 * @param redisEviction the maxmemory-policy of a Redis that may evict log-ins; null for any other
 * @param processes the running processes; null while Redis, where they report, is away
 * @param starts the last start of each process type; null while Redis is away
 * @param drains the last stop of each process type; null while Redis is away
 * @param queues the job queues; null while PostgreSQL is away
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Status(
        Instant at,
        Release release,
        String process,
        Instant startedAt,
        Health.Report resources,
        @Nullable String redisEviction,
        @Nullable List<ProcessRegistry.Entry> processes,
        @Nullable List<ProcessRegistry.Timing> starts,
        @Nullable List<ProcessRegistry.Timing> drains,
        @Nullable List<JobStats.Queue> queues,
        List<Setting> settings,
        List<Factors.Factor> factors) {
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss").withZone(ZoneOffset.UTC);

    /**
     * A setting without any value that was set, because the page may be open to everybody. {@code java -jar app.jar
     * settings} shows the values except secrets.
     *
     * @param state "set", "set, secret", "default: 8000" or "unset"
     */
    record Setting(String name, String state, String meaning) {
        static Setting of(Env.Setting setting) {
            var state = "unset";
            if (setting.set()) state = setting.secret() ? "set, secret" : "set";
            else if (setting.defaultValue() != null) state = "default: " + setting.defaultValue();
            return new Setting(setting.name(), state, setting.meaning());
        }
    }

    String clock() {
        return CLOCK.format(at);
    }

    String commit() {
        return shortened(release.commit());
    }

    String uptime() {
        return since(startedAt);
    }

    String readiness() {
        return resources.status().name().toLowerCase(Locale.ROOT);
    }

    boolean well() {
        return resources.status() == Health.Readiness.OK;
    }

    List<Map<String, Object>> attached() {
        return resources.resources().entrySet().stream()
                .map(each -> Map.<String, Object>of(
                        "name", each.getKey(),
                        "ok", each.getValue().isOk(),
                        "ms", each.getValue().ms()))
                .toList();
    }

    boolean processesKnown() {
        return processes != null;
    }

    /** The known processes, and of each whether it is the one that answers. */
    List<Map<String, Object>> running() {
        return processes.stream()
                .map(each -> Map.<String, Object>of(
                        "entry", each, "answers", each.name().equals(process)))
                .toList();
    }

    boolean queuesKnown() {
        return queues != null;
    }

    static String shortened(String commit) {
        return commit.length() > 8 ? commit.substring(0, 8) : commit;
    }

    static String since(Instant then) {
        var time = Duration.between(then, Instant.now());
        if (time.toDays() > 0) return "%d d %d h".formatted(time.toDays(), time.toHoursPart());
        if (time.toHours() > 0) return "%d h %d min".formatted(time.toHours(), time.toMinutesPart());
        if (time.toMinutes() > 0) return "%d min %d s".formatted(time.toMinutes(), time.toSecondsPart());
        return Math.max(0, time.toSeconds()) + " s";
    }
}
