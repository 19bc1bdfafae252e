package academy.videos;

import academy.courses.Lessons;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dozen.domain.DomainError;
import dozen.domain.Validation;
import dozen.domain.Validation.Validated;
import dozen.files.FileStorage;
import dozen.http.Access;
import dozen.http.Json;
import dozen.http.Params;
import dozen.http.Routes;
import dozen.security.Signer;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.net.URI;
import java.security.DigestInputStream;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes the films of lessons. A film is sent in one request through this process, or straight to the file storage: one
 * request begins the upload and gets a signed address, the sender puts the file there, and another request completes it.
 */
record UploadRoutes(
        Lessons lessons,
        Videos videos,
        Uploads uploads,
        UploadProgress progress,
        VideoLinks links,
        Optional<FileStorage> files,
        long maxBytes) {
    private static final Pattern TYPE = Pattern.compile("(?i)video/[a-z0-9.+-]+|application/octet-stream");
    private static final Pattern SHA256 = Pattern.compile("sha-256=:([A-Za-z0-9+/]{43}=):");
    /**
     * How long the signed address works. A request that began in this time may take longer. As long as it works, its
     * owner can replace the file by one of the same size and type. Nobody but ffmpeg ever opens it.
     */
    private static final Duration ADDRESS_TTL = Duration.ofMinutes(15);

    @JsonTypeName("VideoAccepted")
    record Accepted(VideoLinks.View video) {}

    /** The type and the size of a file, which a client sends before the file itself. */
    @JsonTypeName("VideoAnnouncement")
    record Announcement(String type, long bytes) implements Validated {
        @Override
        public void validate(Validation validation) {
            validation.required("type", type);
        }
    }

    /**
     * An upload that has begun.
     *
     * @param url where to PUT the file
     * @param headers what to send along
     */
    @JsonTypeName("VideoUpload")
    record Begun(UUID id, URI url, Map<String, String> headers) {}

    void register(Routes routes) {
        routes.put("/api/lessons/{id}/video", Access.ADMIN, this::upload)
                .summary("Upload a lesson's video; the body is the file, and Content-Length is required")
                .header("Repr-Digest", "The sha-256 digest of the file (RFC 9530); a file that differs is refused.")
                .takes("video/*", "application/octet-stream")
                .returns(202, Accepted.class);
        routes.post("/api/lessons/{id}/video/uploads", Access.ADMIN, this::begin)
                .summary("Begin to upload a lesson's video straight to the file storage: PUT the file to the url within"
                        + " 15 minutes, with these headers and of that size, and then complete the upload")
                .takes(Announcement.class)
                .returns(201, Begun.class);
        routes.put("/api/uploads/{id}/completion", Access.ADMIN, this::complete)
                .summary("Make a file that was sent to the file storage the lesson's video; may be repeated")
                .returns(202, Accepted.class);
    }

    private FileStorage storage() {
        return files.orElseThrow(() -> DomainError.unavailable("No file storage is attached."));
    }

    private void upload(Context context) throws IOException {
        storage();
        var lesson = lessons.get(Params.uuid(context, "id"));
        var type =
                String.valueOf(context.header("Content-Type")).split(";", 2)[0].strip();
        var length = context.req().getContentLengthLong();
        if (length < 0) throw new HttpResponseException(411, "Send Content-Length.");
        check(type, length);
        var promised = declaredSha256(context);
        var upload = uploads.begin(lesson.id(), length);
        var sha256 = stream(context, upload, type);
        if (promised.isPresent() && !promised.get().equals(sha256)) {
            uploads.discard(upload);
            throw new HttpResponseException(422, "The file does not match its Repr-Digest.");
        }
        accept(context, videos.add(upload, sha256));
    }

    private void check(String type, long bytes) {
        if (!TYPE.matcher(type).matches())
            throw new HttpResponseException(415, "Send the file itself, as video/mp4 or the like.");
        if (bytes < 1) throw new BadRequestResponse("The file is empty.");
        if (bytes > maxBytes)
            throw new HttpResponseException(413, "A video may have %d bytes at the most.".formatted(maxBytes));
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

    /** Streams the request's body into the file storage, which keeps nothing when it ends early. Returns its hash. */
    private String stream(Context context, Upload upload, String type) throws IOException {
        try (var body = progress.watched(context.req().getInputStream(), upload.lessonId(), upload.bytes())) {
            var digested = new DigestInputStream(body, Signer.sha256());
            storage().put(upload.source(), type, upload.bytes(), digested);
            return HexFormat.of().formatHex(digested.getMessageDigest().digest());
        } catch (IOException e) {
            throw new BadRequestResponse("The file did not arrive whole. Nothing was kept.");
        }
    }

    private void begin(Context context) {
        var storage = storage();
        var lesson = lessons.get(Params.uuid(context, "id"));
        var file = Json.body(context, Announcement.class);
        file.check();
        check(file.type(), file.bytes());
        var upload = uploads.begin(lesson.id(), file.bytes());
        var url = storage.uploadLink(upload.source(), file.type(), file.bytes(), ADDRESS_TTL);
        context.status(201).json(new Begun(upload.id(), url, Map.of("Content-Type", file.type())));
    }

    /** Makes an upload that arrived the lesson's video. Repeated, it answers with the same video. */
    private void complete(Context context) throws IOException {
        var id = Params.uuid(context, "id");
        var upload = uploads.find(id);
        if (upload.isPresent()
                && storage().size(upload.get().source()) != upload.get().bytes()) {
            throw DomainError.conflict("The file has not arrived whole.");
        }
        accept(context, upload.flatMap(found -> videos.add(found, null)).or(() -> videos.find(id)));
    }

    private void accept(Context context, Optional<Video> video) {
        var found = video.orElseThrow(DomainError::notFound);
        context.status(202).json(new Accepted(links.view(found)));
    }
}
