package academy.videos;

import academy.courses.CoursesFeature;
import academy.videos.Uploads.SweepUploads;
import dozen.app.Commands;
import dozen.app.Feature;
import dozen.app.Services;
import dozen.config.Env;
import dozen.files.FileStorage;
import dozen.http.Routes;
import dozen.jobs.Job;
import dozen.jobs.Scheduler;
import dozen.jobs.Scheduler.Cron;
import dozen.jobs.Worker;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The films of lessons: upload, conversion and playing. Files are kept in the file storage. */
public final class VideosFeature implements Feature {
    /**
     * The settings of videos.
     *
     * @param maxBytes the size of the largest upload, in bytes
     * @param ffmpeg the ffmpeg program: a path, or a name on the PATH
     */
    public record Settings(long maxBytes, String ffmpeg) {
        public static Settings read(Env env) {
            return new Settings(
                    env.setting("VIDEO_MAX_MB", "largest upload").integer(2048, 1, 5000) * 1_000_000L,
                    env.setting("FFMPEG", "the ffmpeg program, with ffprobe beside it: a path, or a name on the PATH")
                            .text("ffmpeg"));
        }
    }

    private static final Logger log = LoggerFactory.getLogger(VideosFeature.class);
    private static final int DEMO_SECONDS = 8;

    private final Settings settings;
    private final Optional<FileStorage.Settings> bucket;
    private final Cron purge;
    private final Services services;
    private final CoursesFeature courses;
    private final Optional<FileStorage> files;
    private final Videos videos;
    private final Uploads uploads;

    /** @param purge when uploads that nobody completed are removed */
    public VideosFeature(
            Settings settings,
            Optional<FileStorage.Settings> bucket,
            Cron purge,
            Services services,
            CoursesFeature courses) {
        this.settings = settings;
        this.bucket = bucket;
        this.purge = purge;
        this.services = services;
        this.courses = courses;
        files = bucket.map(FileStorage::new);
        videos = new Videos(services.jdbi(), services.jobs());
        uploads = new Uploads(services.jdbi(), services.jobs());
    }

    @Override
    public void routes(Routes routes) {
        files.ifPresent(storage -> services.health().uses("files", storage::ping));
        var layout = services.layout();
        bucket.ifPresent(each -> layout.media(each.address().origin()));
        layout.asset("videos/videos.css");
        layout.asset("videos/videos.js");
        layout.asset("videos/upload.js");
        layout.asset("videos/upload-worker.js");
        var links = new VideoLinks(files, new ConversionProgress(services.redis()));
        var extensions = courses.extensions();
        var lessons = courses.lessons();
        var progress = new UploadProgress(services.redis());
        new VideoRoutes(videos, lessons, extensions, links, progress).register(routes);
        new UploadRoutes(lessons, videos, uploads, progress, links, files, settings.maxBytes()).register(routes);
        var fragments = new VideoFragments(layout, videos, links);
        extensions.lessonPart("video", Videos.Summary.class, videos::ofCourse);
        extensions.lessonNote((course, _) -> videos.ofCourse(course).keySet().stream()
                .collect(Collectors.toMap((UUID lesson) -> lesson, _ -> "film")));
        extensions.lessonMedia(fragments::player);
        extensions.authoringSection(fragments::uploadForms);
    }

    /** Registers no handler without what it needs, so that its jobs wait for a worker that has it. */
    @Override
    public void jobs(Worker worker) {
        if (files.isEmpty()) return;
        var storage = files.get();
        worker.on(DiscardFiles.class, new DiscardFiles.Handler(storage)::run);
        worker.on(SweepUploads.class, uploads::sweep);
        var ffmpeg = new Ffmpeg(settings.ffmpeg());
        if (!runs(ffmpeg.program()) || !runs(ffmpeg.probeProgram())) {
            log.warn("{} does not run here, so films wait for a worker that has it", settings.ffmpeg());
            return;
        }
        WorkFolder.sweep();
        var transcoding = new TranscodeVideo.Handler(videos, storage, ffmpeg, new ConversionProgress(services.redis()));
        worker.on(TranscodeVideo.class, TranscodeVideo.POLICY, transcoding::run, transcoding::gaveUp);
    }

    private static boolean runs(String program) {
        try {
            var command = new ProcessBuilder(program, "-version").redirectOutput(ProcessBuilder.Redirect.DISCARD);
            var process = command.redirectErrorStream(true).start();
            if (process.waitFor(10, TimeUnit.SECONDS)) return process.exitValue() == 0;
            process.destroyForcibly();
        } catch (IOException e) {
            log.debug("{} was not found", program);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    @Override
    public void ticks(Scheduler scheduler) {
        if (files.isEmpty()) return; // no worker would take the job
        scheduler.on("uploads", purge, (transaction, due) -> {
            services.jobs().enqueue(transaction, Job.of(new SweepUploads(due)).key("sweep " + due));
        });
    }

    @Override
    public void commands(Commands commands) {
        commands.sample(() -> true, _ -> addFilm());
    }

    private void addFilm() throws IOException, InterruptedException {
        if (files.isEmpty()) {
            log.info("no file storage is attached, so there is no video");
            return;
        }
        var course = courses.courses().newest(20).getLast();
        var film = Files.createTempFile("film", ".mp4");
        try {
            new Ffmpeg(settings.ffmpeg()).makeSample(film, DEMO_SECONDS);
            var lesson = courses.lessons().of(course.id()).getFirst();
            var upload = uploads.begin(lesson.id(), Files.size(film));
            files.get().put(upload.source(), "video/mp4", film);
            videos.add(upload, null);
        } catch (IOException e) {
            log.warn("there is no video: {}", e.getMessage());
        } finally {
            Files.deleteIfExists(film);
        }
    }
}
