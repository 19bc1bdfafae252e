package academy.videos;

import dozen.files.FileStorage;
import dozen.jobs.Job;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** A job: deletes the files of a video that was replaced, or of an upload that became none. */
record DiscardFiles(String folder) {
    /**
     * Returns the job for a video that was replaced. It waits for a day. By then no link to the old one is valid (4 hours),
     * and no conversion of it is still running (2 hours for each attempt).
     */
    static Job later(String folder) {
        return Job.of(new DiscardFiles(folder)).at(Instant.now().plus(Duration.ofDays(1)));
    }

    /** Deletes the files. It is safe to run again: it skips files that are already gone. */
    record Handler(FileStorage files) {
        void run(DiscardFiles job, Job.Run run) throws IOException {
            files.delete(job.folder() + "/" + Video.SOURCE);
            files.delete(job.folder() + "/" + Video.POSTER);
            for (var height : Video.HEIGHTS) files.delete(job.folder() + "/" + Video.rendition(height));
        }
    }
}
