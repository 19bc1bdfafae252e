package academy.videos;

import dozen.files.FileStorage;
import dozen.jobs.Job;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** A job: deletes the files of a video that was replaced, or of an upload that became none. */
record DiscardFiles(String folder) {
    /**
     * Returns the job for a video that was replaced. It waits for a day: until then nobody watches the old one any more,
     * no attempt to convert it stores files, and somebody may notice that the new one is no better.
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
