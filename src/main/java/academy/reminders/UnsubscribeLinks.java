package academy.reminders;

import dozen.config.WebAddress;
import dozen.security.Signer;
import java.util.Map;
import java.util.UUID;

/** The signed link in every digest and reminder that ends them. */
record UnsubscribeLinks(Signer signer, WebAddress publicUrl) {
    private static final String PURPOSE = "unsubscribe";

    String to(UUID account) {
        return "%s/unsubscribe?account=%s&signature=%s"
                .formatted(publicUrl, account, signer.sign(PURPOSE, account.toString()));
    }

    /** The headers that offer the link to mail programs (RFC 8058). */
    Map<String, String> headers(UUID account) {
        return Map.of(
                "List-Unsubscribe",
                "<%s>".formatted(to(account)),
                "List-Unsubscribe-Post",
                "List-Unsubscribe=One-Click");
    }

    boolean isOurs(String account, String signature) {
        return signer.matches(signature, PURPOSE, account);
    }
}
