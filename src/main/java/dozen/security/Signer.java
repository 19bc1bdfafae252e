package dozen.security;

import dozen.config.Env;
import dozen.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs data that leaves us and comes back, such as a link in a mail. The signature proves that we wrote the data, and
 * for which purpose, so no table has to store it. It hides nothing.
 */
public final class Signer {
    private static final String ALGORITHM = "HmacSHA256";
    private final SecretKeySpec key;

    /** Reads SECRET_KEY. It must be random: 32 bytes or more, with 8 different characters or more. */
    public static Secret readKey(Env env) {
        return env.setting("SECRET_KEY", "signs links; 32 random bytes or more").secret(Signer::randomKey);
    }

    private static Secret randomKey(String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length < 32) {
            throw new IllegalArgumentException("needs 32 bytes or more: openssl rand -hex 32");
        }
        if (text.chars().distinct().count() < 8) {
            throw new IllegalArgumentException("is a placeholder, not a random key: openssl rand -hex 32");
        }
        return new Secret(text);
    }

    public Signer(Secret key) {
        this.key = new SecretKeySpec(key.bytes(), ALGORITHM);
    }

    /** @param purpose what the signature is valid for; the same parts for another purpose have another signature */
    public String sign(String purpose, String... parts) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update((purpose + ":" + Sha256.hex(parts)).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }

    /** Takes as long for a wrong signature as for a right one. */
    public boolean matches(String signature, String purpose, String... parts) {
        if (signature == null) return false;
        return MessageDigest.isEqual(
                signature.getBytes(StandardCharsets.UTF_8), sign(purpose, parts).getBytes(StandardCharsets.UTF_8));
    }
}
