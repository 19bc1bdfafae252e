package dozen.jobs;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;

/**
 * The number of jobs of one type, by state.
 *
 * @param queued jobs that wait for their first attempt
 * @param failing jobs that failed and wait for their next attempt
 * @param oldestSeconds how many seconds ago the longest waiting job was due; 0 when none is due
 */
public record JobCounts(String type, long queued, long running, long failing, long dead, long oldestSeconds) {
    private static final RowMapper<JobCounts> MAPPER = ConstructorMapper.of(JobCounts.class);

    public static JobCounts none(String type) {
        return new JobCounts(type, 0, 0, 0, 0, 0);
    }

    public long waiting() {
        return queued + failing;
    }

    /** Counts the jobs of every type that has any, keyed by type. */
    public static SortedMap<String, JobCounts> byType(Jdbi jdbi) {
        var sql = """
                SELECT task_name AS type,
                    count(*) FILTER (WHERE NOT picked AND consecutive_failures = 0) AS queued,
                    count(*) FILTER (WHERE picked) AS running,
                    count(*) FILTER (WHERE NOT picked AND consecutive_failures > 0) AS failing,
                    count(*) FILTER (WHERE picked IS NULL) AS dead,
                    greatest(0, extract(epoch FROM now() - min(execution_time) FILTER (WHERE NOT picked)))::bigint
                        AS oldest_seconds
                FROM (
                    SELECT task_name, picked, consecutive_failures, execution_time FROM jobs
                    UNION ALL
                    SELECT type, NULL, NULL, NULL FROM dead_jobs
                ) AS every_job GROUP BY task_name
                """;
        return jdbi.withHandle(
                handle -> new TreeMap<>(handle.select(sql).map(MAPPER).collectToMap(JobCounts::type, count -> count)));
    }
}
