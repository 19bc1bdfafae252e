package dozen.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 hashes: names for data that must not be stored itself, such as a token or a mail address. */
public final class Sha256 {
    private Sha256() {}

    /**
     * Returns the hash of all parts as 64 hexadecimal digits. The boundaries between parts count: ("a", "bc") and
     * ("ab", "c") differ.
     */
    public static String hex(String... parts) {
        var digest = start();
        for (var part : parts) {
            var bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Starts a hash of streamed data. */
    public static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
