package academy.videos;

import dozen.jobs.Job;
import java.time.Duration;
import java.time.Instant;

/**
 * A job: removes the uploads that nobody completed. It counts a day before {@code now}, which leaves a slow sender time.
 *
 * @param now when the job was due
 */
record SweepUploads(Instant now) {
    private static final Duration TTL = Duration.ofDays(1);

    record Handler(Uploads uploads) {
        void run(SweepUploads job, Job.Run run) {
            uploads.discardBegunBefore(job.now().minus(TTL));
        }
    }
}
