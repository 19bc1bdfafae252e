package academy.videos;

import java.util.UUID;

/**
 * An upload that has begun.
 *
 * @param id also the id of the video that it becomes
 * @param bytes the announced size of the file
 */
record Upload(UUID id, UUID lessonId, long bytes) {
    /** The folder of its files in the file storage. */
    static String folder(UUID id) {
        return "videos/" + id;
    }

    /** The place of the uploaded file in the file storage. */
    String source() {
        return folder(id) + "/" + Video.SOURCE;
    }
}
