package academy.videos;

import dozen.security.Sha256;
import dozen.services.FileStorage;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.util.HexFormat;
import java.util.UUID;

/**
 * What arrived.
 *
 * @param folder where it lies
 * @param bytes and sha256: of what went through, not what the sender says
 */
record Upload(String folder, long bytes, String sha256) {

    /**
     * Streams a body into the file storage.
     *
     * @throws IOException when it ends early; then nothing is kept
     */
    static Upload stream(FileStorage files, String type, long length, InputStream body) throws IOException {
        var folder = "videos/" + UUID.randomUUID();
        var digested = new DigestInputStream(body, Sha256.start());
        files.put(folder + "/" + Video.SOURCE, type, length, digested); // no more and no less than that length
        return new Upload(
                folder,
                length,
                HexFormat.of().formatHex(digested.getMessageDigest().digest()));
    }
}
