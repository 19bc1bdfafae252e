package academy.videos;

import academy.courses.CourseExtensions;
import academy.courses.Lessons;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dozen.domain.DomainError;
import dozen.files.FileStorage;
import dozen.http.Access;
import dozen.http.Params;
import dozen.http.Routes;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes the upload of a lesson's video, and shows its progress until it plays. */
record VideoRoutes(
        Videos videos,
        Lessons lessons,
        CourseExtensions access,
        Optional<FileStorage> files,
        VideoLinks links,
        Uploads uploads,
        long maxBytes) {
    private static final Pattern SHA256 = Pattern.compile("sha-256=:([A-Za-z0-9+/]{43}=):");

    @JsonTypeName("VideoAccepted")
    record Accepted(VideoLinks.View video) {}

    /**
     * The progress of a lesson's video.
     *
     * @param upload how much of an upload has arrived; null when none is under way
     * @param video the lesson's video; null when there is none yet
     */
    @JsonTypeName("VideoState")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record State(Uploads.@Nullable Received upload, VideoLinks.@Nullable View video) {}

    void register(Routes routes) {
        routes.put("/api/lessons/{id}/video", Access.ADMIN, this::upload)
                .summary("Upload a lesson's video; the body is the file, and Content-Length is required")
                .header("Repr-Digest", "The sha-256 digest of the file (RFC 9530); a file that differs is refused.")
                .takes("video/*", "application/octet-stream")
                .returns(202, Accepted.class);
        routes.get("/api/lessons/{id}/video", Access.ADMIN, this::state)
                .summary("The progress of a lesson's video: its upload, then its transcoding")
                .returns(200, State.class);
        routes.get("/api/videos/{id}", Access.USER, this::read)
                .summary("A video, for those who may open its lesson")
                .returns(200, VideoLinks.View.class);
    }

    private FileStorage storage() {
        return files.orElseThrow(() -> DomainError.unavailable("No file storage is attached."));
    }

    private void upload(Context context) throws IOException {
        var storage = storage();
        var lesson = lessons.get(Params.uuid(context, "id"));
        var length = length(context);
        var promised = declaredSha256(context);
        var upload = stream(storage, context, lesson.id(), length);
        try {
            if (promised.isPresent() && !promised.get().equals(upload.sha256())) {
                throw new HttpResponseException(422, "The file does not match its Repr-Digest.");
            }
            var video = videos.add(lesson.id(), upload).orElseThrow(DomainError::notFound);
            context.status(202).json(new Accepted(links.view(video)));
        } catch (RuntimeException e) {
            storage.delete(upload.folder() + "/" + Video.SOURCE); // no row refers to this file
            throw e;
        }
    }

    private long length(Context context) {
        var type = String.valueOf(context.header("Content-Type"));
        if (!type.startsWith("video/") && !type.startsWith("application/octet-stream")) {
            throw new HttpResponseException(415, "Send the file itself, as video/mp4 or the like.");
        }
        var length = context.req().getContentLengthLong();
        if (length < 0) throw new HttpResponseException(411, "Send Content-Length.");
        if (length == 0) throw new BadRequestResponse("The file is empty.");
        if (length > maxBytes)
            throw new HttpResponseException(413, "A video may have %d bytes at the most.".formatted(maxBytes));
        return length;
    }

    /**
     * Returns the hash, in hex, of Repr-Digest (RFC 9530), for senders who want to be sure that the file arrived
     * unchanged.
     */
    private static Optional<String> declaredSha256(Context context) {
        return Optional.ofNullable(context.header("Repr-Digest"))
                .map(SHA256::matcher)
                .filter(Matcher::find)
                .map(found -> HexFormat.of().formatHex(Base64.getDecoder().decode(found.group(1))));
    }

    private Upload stream(FileStorage storage, Context context, UUID lesson, long length) throws IOException {
        try (var body = uploads.watched(context.req().getInputStream(), lesson, length)) {
            return Upload.stream(storage, context.header("Content-Type"), length, body);
        } catch (IOException e) {
            throw new BadRequestResponse("The file did not arrive whole. Nothing was kept.");
        }
    }

    private void read(Context context) {
        var caller = Routes.caller(context);
        var video = videos.find(Params.uuid(context, "id"))
                .filter(found -> access.mayOpen(caller, found.courseId()))
                .orElseThrow(DomainError::notFound);
        context.json(links.view(video));
    }

    private void state(Context context) {
        var lesson = lessons.get(Params.uuid(context, "id"));
        var video = videos.ofLesson(lesson.id());
        context.json(new State(
                uploads.of(lesson.id()).orElse(null), video.map(links::view).orElse(null)));
    }
}
