package academy.videos;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonTypeName;
import dozen.domain.DomainError;
import dozen.files.FileStorage;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Shows a video to callers: its state, its progress, and the links at which it plays. */
record VideoLinks(Optional<FileStorage> files, ConversionProgress progress) {
    /** How long a link works: long enough to watch a lesson, and short enough that a link passed on soon expires. */
    private static final Duration LINK_TTL = Duration.ofHours(4);

    /**
     * @param progress the percentage converted, 0 to 100
     * @param sha256 absent when the file was sent straight to the file storage
     * @param url the first and best of {@code urls}; absent until the video is ready
     * @param urls the links by height, such as 720p; absent until the video is ready
     * @param poster absent when there is no picture of it
     */
    @JsonTypeName("Video")
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record View(
            UUID id,
            UUID lessonId,
            Video.Status status,
            int progress,
            @Nullable String reason,
            @Nullable Float seconds,
            long bytes,
            @Nullable String sha256,
            @Nullable URI url,
            @Nullable Map<String, URI> urls,
            @Nullable URI poster) {}

    View view(Video video) {
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
                isReady && video.poster() ? link(video, Video.POSTER) : null);
    }

    private int progress(Video video) {
        return switch (video.status()) {
            case QUEUED, FAILED -> 0;
            case TRANSCODING -> progress.of(video.id());
            case READY -> 100;
        };
    }

    private Map<String, URI> urls(Video video) {
        var urls = new LinkedHashMap<String, URI>();
        for (var height : Video.HEIGHTS) urls.put(height + "p", link(video, Video.rendition(height)));
        return urls;
    }

    private URI link(Video video, String name) {
        var storage = files.orElseThrow(() -> DomainError.unavailable("No file storage is attached."));
        return storage.link(video.file(name), LINK_TTL);
    }
}
