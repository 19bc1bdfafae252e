package dozen.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import dozen.app.ProcessSettings.Release;
import dozen.services.Health;
import java.time.Instant;
import java.util.List;

/**
 * The whole system as one process sees it.
 *
 * @param process the name of the process that answers
 * @param processes the running processes; null while Redis, where they report, is away
 * @param starts the last start of each process type; null while Redis is away
 * @param drains the last stop of each process type; null while Redis is away
 * @param queues the job queues; null while PostgreSQL is away
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Snapshot(
        Instant at,
        Release release,
        String process,
        Instant startedAt,
        Health.Report resources,
        List<ProcessRegistry.Entry> processes,
        List<ProcessRegistry.Timing> starts,
        List<ProcessRegistry.Timing> drains,
        List<JobStats.Queue> queues,
        List<Setting> settings,
        List<Factor> factors) {
    /**
     * @param state the setting's state, never a value that was set: "set", "set, secret", "default: 8000" or "unset"
     */
    record Setting(String name, String state, String meaning) {}

    /**
     * One of the twelve factors.
     *
     * @param number the Roman numeral
     * @param fact a current fact that shows the factor
     * @param code the files that implement it
     */
    record Factor(String number, String name, String fact, String code) {}
}
