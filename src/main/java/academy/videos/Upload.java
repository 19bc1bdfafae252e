package academy.videos;

import dozen.files.FileStorage;
import dozen.security.Signer;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;
import java.util.HexFormat;
import java.util.UUID;

/**
 * An upload that arrived whole.
 *
 * @param folder its folder in the file storage
 * @param bytes how many bytes arrived
 * @param sha256 the hash of what arrived, in hex, computed here and not taken from the sender
 */
record Upload(String folder, long bytes, String sha256) {

    /**
     * Streams a body into the file storage.
     *
     * @throws IOException when it ends early; then nothing is kept
     */
    static Upload stream(FileStorage files, String type, long length, InputStream body) throws IOException {
        var folder = "videos/" + UUID.randomUUID();
        var digested = new DigestInputStream(body, Signer.sha256());
        files.put(folder + "/" + Video.SOURCE, type, length, digested); // takes exactly that length
        return new Upload(
                folder,
                length,
                HexFormat.of().formatHex(digested.getMessageDigest().digest()));
    }
}
