package dozen.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import dozen.app.ProcessRegistry;
import dozen.app.Release;
import dozen.http.Health;
import dozen.jobs.JobStats;
import java.time.Instant;
import java.util.List;

/**
 * The whole system as one process sees it.
 *
 * @param process the one that answers
 * @param processes those that run now; null while Redis, where they tell so, is away
 * @param starts and drains: of each process type the last one's; null while Redis is away
 * @param queues null while PostgreSQL is away
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Snapshot(
        Instant at,
        Release release,
        String process,
        Instant startedAt,
        Health.Report resources,
        List<ProcessRegistry.Entry> processes,
        List<ProcessRegistry.Took> starts,
        List<ProcessRegistry.Took> drains,
        List<JobStats.Queue> queues,
        List<Setting> settings,
        List<Factor> factors) {
    /** @param state what is known without telling the value: "set", "default: 8000" or "unset" */
    public record Setting(String name, String state, String meaning) {}

    /**
     * One of the twelve.
     *
     * @param fact what shows it, now
     * @param code where it lives
     */
    public record Factor(String number, String name, String fact, String code) {}
}
