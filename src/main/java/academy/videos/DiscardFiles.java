package academy.videos;

import dozen.files.FileStorage;
import dozen.jobs.Job;
import java.io.IOException;

/** A job: deletes the files of a video that was replaced, or of an upload that became none. */
record DiscardFiles(String folder) {

    /** Deletes the files. It is safe to run again: it skips files that are already gone. */
    record Handler(FileStorage files) {
        void run(DiscardFiles job, Job.Run run) throws IOException {
            files.delete(job.folder() + "/" + Video.SOURCE);
            files.delete(job.folder() + "/" + Video.POSTER);
            for (var height : Video.HEIGHTS) files.delete(job.folder() + "/" + Video.rendition(height));
        }
    }
}
