package academy.videos;

import java.util.Locale;
import java.util.UUID;

/**
 * The film of a lesson.
 *
 * @param folder the folder of its files in the file storage
 * @param bytes the size of the uploaded file
 * @param sha256 the hash of the uploaded file, in hex; null when it was sent straight to the file storage
 * @param reason why it failed or was cut off, as a sentence for people; null otherwise
 * @param seconds how long it plays; null until that is known
 * @param poster whether there is a picture of it
 */
record Video(
        UUID id,
        UUID lessonId,
        UUID courseId,
        String folder,
        long bytes,
        String sha256,
        Status status,
        String reason,
        Float seconds,
        boolean poster) {
    enum Status {
        QUEUED,
        TRANSCODING,
        READY,
        FAILED;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The heights of the renditions in pixels, the best first. */
    static final int[] HEIGHTS = {720, 360};

    static final String POSTER = "poster.jpg";
    static final String SOURCE = "source";

    static String rendition(int height) {
        return height + "p.mp4";
    }

    String file(String name) {
        return folder + "/" + name;
    }
}
