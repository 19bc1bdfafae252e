package academy.videos;

import dozen.files.FileStorage;
import dozen.jobs.JobRun;
import java.io.IOException;

/** A job: deletes the files of a video that was replaced. */
public record DiscardFiles(String folder) {

    /** Deletes the files. It is safe to run again: it skips files that are already gone. */
    public static final class Handler {
        private final FileStorage files;

        public Handler(FileStorage files) {
            this.files = files;
        }

        public void run(DiscardFiles job, JobRun run) throws IOException {
            files.delete(job.folder() + "/" + Video.SOURCE);
            files.delete(job.folder() + "/" + Video.POSTER);
            for (var height : Video.HEIGHTS) files.delete(job.folder() + "/" + Video.rendition(height));
        }
    }
}
