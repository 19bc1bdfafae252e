package academy.videos;

import dozen.resources.FileStorage;
import dozen.settings.Sha256;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.UUID;

/**
 * What arrived.
 *
 * @param folder where it lies
 * @param bytes and sha256: counted on the way, not what the sender says
 */
record Upload(String folder, long bytes, String sha256) {

    /**
     * Streams a body into the file storage.
     *
     * @throws IOException when it ends early; then nothing is kept
     */
    static Upload stream(FileStorage files, String type, long length, InputStream body) throws IOException {
        var folder = "videos/" + UUID.randomUUID();
        var counted = new Counted(body);
        files.put(folder + "/" + Video.SOURCE, type, length, counted);
        return new Upload(folder, counted.bytes, HexFormat.of().formatHex(counted.digest.digest()));
    }

    private static final class Counted extends FilterInputStream {
        private final MessageDigest digest = Sha256.start();
        private long bytes;

        private Counted(InputStream in) {
            super(in);
        }

        @Override
        public int read(byte[] buffer, int from, int most) throws IOException {
            var read = in.read(buffer, from, most);
            if (read > 0) {
                digest.update(buffer, from, read);
                bytes += read;
            }
            return read;
        }
    }
}
