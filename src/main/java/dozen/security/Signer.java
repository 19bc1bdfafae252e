package dozen.security;

import dozen.config.Env;
import dozen.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs data that leaves us and comes back, such as a link in a mail. The signature proves that we wrote the data, and
 * for which purpose, so no table has to store it. It hides nothing.
 */
public record Signer(Secret key) {
    /** Reads SECRET_KEY. It must be random: 32 bytes or more, with 8 different characters or more. */
    public static Secret readKey(Env env) {
        return env.setting("SECRET_KEY", "signs links; 32 random bytes or more").secret(Signer::randomKey);
    }

    private static Secret randomKey(String text) {
        var key = new Secret(text);
        if (key.bytes().length >= 32 && text.chars().distinct().count() >= 8) return key;
        throw new IllegalArgumentException("needs 32 random bytes or more: openssl rand -hex 32");
    }

    /** @param purpose what the signature is valid for; the same parts for another purpose have another signature */
    public String sign(String purpose, String... parts) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.bytes(), mac.getAlgorithm()));
            var signature = mac.doFinal((purpose + ":" + hash(parts)).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /** Takes as long for a wrong signature as for a right one. */
    public boolean matches(String signature, String purpose, String... parts) {
        return signature != null && new Secret(sign(purpose, parts)).is(signature);
    }

    /**
     * Returns the SHA-256 hash of all parts as 64 hexadecimal digits: a name for data that must not be stored itself,
     * such as a token or a mail address. The boundaries between parts count: ("a", "bc") and ("ab", "c") differ.
     */
    public static String hash(String... parts) {
        var digest = sha256();
        for (var part : parts) {
            var bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
            digest.update(bytes);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Starts a hash of streamed data. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
