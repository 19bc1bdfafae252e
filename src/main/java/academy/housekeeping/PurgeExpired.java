package academy.housekeeping;

import dozen.jobs.JobRun;
import java.time.Duration;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A job: deletes what nobody will ask for any more. Asked for by a tick. */
public record PurgeExpired() {
    private static final Logger log = LoggerFactory.getLogger(PurgeExpired.class);
    /** Long enough to notice a dead job and decide about it. */
    private static final Duration KEEP_DEAD_JOBS = Duration.ofDays(90);

    /** Does it; run again, it finds less to do. */
    public static final class Handler {
        private final Jdbi jdbi;

        public Handler(Jdbi jdbi) {
            this.jdbi = jdbi;
        }

        public void run(PurgeExpired job, JobRun run) {
            var deleted = jdbi.withHandle(handle -> handle.createUpdate("""
                            DELETE FROM dead_jobs WHERE died_at < now() - :days * interval '1 day'
                            """)
                    .bind("days", KEEP_DEAD_JOBS.toDays())
                    .execute());
            log.info("{} old dead jobs deleted", deleted);
        }
    }
}
