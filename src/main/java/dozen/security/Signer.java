package dozen.security;

import dozen.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs what goes out and comes back: links in mails. The signature tells that we wrote it, and for which purpose, so
 * that no table needs to remember it. It hides nothing.
 */
public final class Signer {
    private static final String ALGORITHM = "HmacSHA256";
    private final SecretKeySpec key;

    public Signer(Secret key) {
        this.key = new SecretKeySpec(key.bytes(), ALGORITHM);
    }

    /** @param purpose what the signature is good for; the same parts for another purpose have another signature */
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
