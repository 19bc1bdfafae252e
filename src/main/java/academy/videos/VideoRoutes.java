package academy.videos;

import academy.accounts.Account;
import academy.accounts.Sessions;
import academy.courses.Lessons;
import academy.learning.Enrolments;
import com.fasterxml.jackson.annotation.JsonInclude;
import dozen.http.Path;
import dozen.http.Problem;
import dozen.jobs.Progress;
import dozen.resources.FileStorage;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Uploading a lesson's video, and how far it is until it plays. */
public final class VideoRoutes {
    /** Long enough to watch a lesson, short enough that a link which was passed on is soon dead. */
    private static final Duration LINK = Duration.ofHours(4);

    private static final Pattern SHA256 = Pattern.compile("sha-256=:([A-Za-z0-9+/]{43}=):");

    /** @param url the best of {@code urls}, which are by height; both only when it is ready */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record View(
            UUID id,
            UUID lessonId,
            Video.Status status,
            int progress,
            String reason,
            Float seconds,
            long bytes,
            String sha256,
            URI url,
            Map<String, URI> urls,
            URI poster) {}

    record Accepted(View video) {}

    private final Videos videos;
    private final Lessons lessons;
    private final Enrolments enrolments;
    private final Sessions sessions;
    private final Optional<FileStorage> files;
    private final Progress progress;
    private final long mostBytes;

    /** @param mostBytes of an upload */
    public VideoRoutes(
            Videos videos,
            Lessons lessons,
            Enrolments enrolments,
            Sessions sessions,
            Optional<FileStorage> files,
            Progress progress,
            long mostBytes) {
        this.videos = videos;
        this.lessons = lessons;
        this.enrolments = enrolments;
        this.sessions = sessions;
        this.files = files;
        this.progress = progress;
        this.mostBytes = mostBytes;
    }

    public void register(RoutesConfig routes) {
        routes.put("/api/lessons/{id}/video", this::upload);
        routes.get("/api/videos/{id}", this::read);
    }

    private FileStorage storage() {
        return files.orElseThrow(() -> Problem.unavailable("No file storage is attached."));
    }

    private void upload(Context context) throws IOException {
        sessions.requireAdmin(context);
        var storage = storage();
        var lesson = lessons.find(Path.uuid(context, "id")).orElseThrow(Problem::notFound);
        var length = length(context);
        var promised = promisedSha256(context);
        var upload = stream(storage, context, length);
        try {
            if (promised.isPresent() && !promised.get().equals(upload.sha256())) {
                throw Problem.of(422, "What arrived is not what Repr-Digest promises.");
            }
            var video = videos.add(lesson.id(), upload).orElseThrow(Problem::notFound);
            context.status(202).json(new Accepted(view(video)));
        } catch (RuntimeException e) {
            storage.delete(upload.folder() + "/" + Video.SOURCE); // there is no row that knows of it
            throw e;
        }
    }

    private long length(Context context) {
        var type = String.valueOf(context.contentType());
        if (!type.startsWith("video/") && !type.startsWith("application/octet-stream")) {
            throw Problem.of(415, "Send the file itself, as video/mp4 or the like.");
        }
        var length = context.req().getContentLengthLong();
        if (length < 0) throw Problem.of(411, "Send Content-Length.");
        if (length == 0) throw Problem.badRequest("The file is empty.");
        if (length > mostBytes) throw Problem.of(413, "A video may have %d bytes at the most.".formatted(mostBytes));
        return length;
    }

    /** Of RFC 9530, for senders who want to be sure that all arrived as it was. */
    private static Optional<String> promisedSha256(Context context) {
        return Optional.ofNullable(context.header("Repr-Digest"))
                .map(SHA256::matcher)
                .filter(Matcher::find)
                .map(found -> HexFormat.of().formatHex(Base64.getDecoder().decode(found.group(1))));
    }

    private static Upload stream(FileStorage storage, Context context, long length) throws IOException {
        try {
            return Upload.stream(
                    storage, context.contentType(), length, context.req().getInputStream());
        } catch (IOException e) {
            throw Problem.badRequest("The file did not arrive whole. Nothing was kept.");
        }
    }

    private void read(Context context) {
        var account = sessions.require(context);
        var video = videos.find(Path.uuid(context, "id"))
                .filter(found -> maySee(account, found))
                .orElseThrow(Problem::notFound);
        context.json(view(video));
    }

    private boolean maySee(Account account, Video video) {
        return account.isAdmin()
                || enrolments.find(account.id(), video.courseId()).isPresent();
    }

    private View view(Video video) {
        var isReady = video.status() == Video.Status.READY && files.isPresent();
        var urls = isReady ? urls(video) : null;
        return new View(
                video.id(),
                video.lessonId(),
                video.status(),
                progress(video),
                video.reason(),
                video.seconds(),
                video.bytes(),
                video.sha256(),
                isReady ? urls.values().iterator().next() : null,
                urls,
                isReady ? link(video, Video.POSTER) : null);
    }

    private int progress(Video video) {
        return switch (video.status()) {
            case QUEUED, FAILED -> 0;
            case TRANSCODING ->
                progress.of(TranscodeVideo.class, video.id().toString()).orElse(0);
            case READY -> 100;
        };
    }

    private Map<String, URI> urls(Video video) {
        var urls = new LinkedHashMap<String, URI>();
        for (var height : Video.HEIGHTS) urls.put(height + "p", link(video, Video.rendition(height)));
        return urls;
    }

    private URI link(Video video, String name) {
        return storage().link(video.file(name), LINK);
    }
}
