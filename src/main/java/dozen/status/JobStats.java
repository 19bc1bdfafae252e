package dozen.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import dozen.jobs.Jobs;
import dozen.jobs.Worker;
import dozen.services.Redis;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Response;
import redis.clients.jedis.exceptions.JedisException;

/** The numbers of waiting, running and dead jobs by type, and their runs in each of the last 15 minutes. */
final class JobStats {
    /**
     * @param oldestSeconds how many seconds ago the longest waiting job was due
     * @param taken whether a running worker takes jobs of this type; null while Redis is away
     * @param minutes runs in each of the last minutes, the oldest first; empty while Redis is away
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Queue(
            String type,
            long waiting,
            long running,
            long dead,
            long oldestSeconds,
            @Nullable Boolean taken,
            List<Long> minutes) {
        /** Jobs wait here in vain, because no running worker has what they need. */
        boolean stuck() {
            return waiting > 0 && Boolean.FALSE.equals(taken);
        }

        String oldest() {
            return waiting == 0 ? "" : Status.since(Instant.now().minusSeconds(oldestSeconds));
        }

        long done() {
            return minutes.stream().mapToLong(Long::longValue).sum();
        }

        /** The SVG path of a chart: one bar a minute, and the tallest as high as the chart. */
        String bars() {
            var max = minutes.stream().mapToLong(Long::longValue).max().orElse(0);
            return IntStream.range(0, minutes.size())
                    .mapToObj(i -> "M%d 24v-%d".formatted(4 + 8 * i, height(minutes.get(i), max)))
                    .collect(Collectors.joining());
        }

        private static long height(long runs, long max) {
            return runs == 0 ? 1 : Math.max(2, 24 * runs / max);
        }
    }

    private static final int MINUTES = 15;

    /** One hash a minute, with the runs by type. */
    private static final String KEY = "job-minute:";

    private static final Duration RETENTION = Duration.ofHours(1);

    private JobStats() {}

    /** Counts a worker's runs by type of job and minute, for the status page's charts. */
    static Worker.RunObserver observer(Redis redis) {
        return (type, _, _, _) -> redis.count(KEY + minute(), type, 1, RETENTION);
    }

    /** Returns every type that has jobs, or had runs in the last 15 minutes. It fails while PostgreSQL is away. */
    static List<Queue> read(Jdbi jdbi, Redis redis, List<ProcessRegistry.Entry> processes) {
        var counts = Jobs.Counts.byType(jdbi);
        var minutes = minutes(redis);
        var types = new TreeSet<>(counts.keySet());
        minutes.forEach(minute -> types.addAll(minute.keySet()));
        return types.stream()
                .map(type -> {
                    var count = counts.getOrDefault(type, Jobs.Counts.none(type));
                    var runs = minutes.stream()
                            .map(minute -> Long.parseLong(minute.getOrDefault(type, "0")))
                            .toList();
                    var taken = processes == null
                            ? null
                            : processes.stream().anyMatch(each -> each.jobs().contains(type));
                    return new Queue(
                            type, count.waiting(), count.running(), count.dead(), count.oldestSeconds(), taken, runs);
                })
                .toList();
    }

    /**
     * Returns the runs by type in each of the last minutes, the oldest first; empty while Redis is away. The last
     * minute is not over yet.
     */
    private static List<Map<String, String>> minutes(Redis redis) {
        var now = minute();
        try (var pipeline = redis.client().pipelined()) {
            var answers = LongStream.rangeClosed(now - MINUTES + 1, now)
                    .mapToObj(minute -> pipeline.hgetAll(KEY + minute))
                    .toList();
            pipeline.sync();
            return answers.stream().map(Response::get).toList();
        } catch (JedisException e) {
            return List.of();
        }
    }

    private static long minute() {
        return Instant.now().getEpochSecond() / 60;
    }
}
