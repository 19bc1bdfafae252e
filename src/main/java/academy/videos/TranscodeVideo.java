package academy.videos;

import dozen.files.FileStorage;
import dozen.jobs.Job;
import dozen.jobs.Job.RetryPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

/**
 * A job: converts an uploaded video into the files that browsers play. It is enqueued in the transaction that adds the
 * video.
 */
record TranscodeVideo(UUID video) {
    /**
     * The policy allows three attempts: if the worker died in all three, this job is the likely cause. It runs two at
     * once, on threads of their own, because ffmpeg uses every core by itself.
     */
    static final RetryPolicy POLICY =
            new RetryPolicy(3, Duration.ofSeconds(30), Duration.ofMinutes(5), Duration.ofHours(2), 2);

    /** Converts the video. It is safe to run again: it starts over and writes the same files to the same places. */
    record Handler(Videos videos, FileStorage files, Ffmpeg ffmpeg, ConversionProgress progress) {
        private static final int PERCENT_FETCHED = 2;
        private static final int PERCENT_TRANSCODED = 95;
        /** A film that plays for less than this fraction of its announced length is reported as cut off. */
        private static final float MIN_COMPLETE_FRACTION = 0.9f;

        void run(TranscodeVideo job, Job.Run run) throws Exception {
            var video = videos.find(job.video()).orElse(null);
            if (video == null || video.status() == Video.Status.READY || !videos.transcoding(video.id())) return;
            progress.tell(video.id(), 0);
            try (var folder = WorkFolder.create()) {
                transcode(video, folder.path(), run);
            } catch (Ffmpeg.Unplayable e) {
                videos.failed(video.id(), e.getMessage());
            }
        }

        /** Called for a film whose last attempt failed, or killed the worker. */
        void gaveUp(TranscodeVideo job) {
            videos.failed(job.video(), "It could not be converted. We look into it.");
        }

        private void transcode(Video video, Path folder, Job.Run run) throws Exception {
            var source = folder.resolve(Video.SOURCE);
            files.download(video.file(Video.SOURCE), source);
            var film = ffmpeg.probe(source);
            if (!film.hasVideoStream()) throw new Ffmpeg.Unplayable("This file is not a film: it has no video stream.");
            var seconds = ffmpeg.seconds(source);
            progress.tell(video.id(), PERCENT_FETCHED);
            ffmpeg.transcode(
                    source,
                    seconds,
                    folder,
                    POLICY.limit(),
                    percent -> progress.tell(
                            video.id(), PERCENT_FETCHED + percent * (PERCENT_TRANSCODED - PERCENT_FETCHED) / 100),
                    run::stopping);
            for (var height : Video.HEIGHTS) keep(video, folder, Video.rendition(height), "video/mp4");
            var hasPoster = ffmpeg.makePoster(source, seconds, folder.resolve(Video.POSTER));
            if (hasPoster) keep(video, folder, Video.POSTER, "image/jpeg");
            videos.ready(video.id(), seconds, hasPoster, shortfall(film, seconds));
        }

        /** Returns the message for a film that ends too early; null for a whole one. */
        private static String shortfall(Ffmpeg.Film film, float seconds) {
            if (seconds > film.seconds() * MIN_COMPLETE_FRACTION) return null;
            return "This file was cut off: it ends after %.0f of %.0f seconds.".formatted(seconds, film.seconds());
        }

        private void keep(Video video, Path folder, String name, String type) throws IOException {
            files.put(video.file(name), type, folder.resolve(name));
        }
    }
}
