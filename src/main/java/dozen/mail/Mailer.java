package dozen.mail;

import dozen.http.PublicUrl;
import dozen.pages.Templates;
import dozen.services.Mail;
import dozen.services.SmtpDelivery;
import dozen.services.TransientFailures;
import jakarta.mail.MessagingException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends mails made from templates, each at most once. The key of a mail is written to the database when all but its last
 * byte has been sent. If the worker is killed before that, the retry sends the mail; after it, no retry does. So at most
 * the mail that a worker is handing over at that very moment is lost.
 */
public final class Mailer {
    private static final Logger log = LoggerFactory.getLogger(Mailer.class);

    public record Recipient(String email, String name) {}

    private final Jdbi jdbi;
    private final Mail mail;
    private final PublicUrl publicUrl;
    private final BiConsumer<String, String> refused;
    private final Templates templates = new Templates();

    /** @param refused called with an address and the answer by which the server refused it for good, or with null after
     *     the server accepted a mail */
    public Mailer(Jdbi jdbi, Mail mail, PublicUrl publicUrl, BiConsumer<String, String> refused) {
        this.jdbi = jdbi;
        this.mail = mail;
        this.publicUrl = publicUrl;
        this.refused = refused;
    }

    public PublicUrl publicUrl() {
        return publicUrl;
    }

    /**
     * @param key names what the letter is about and its recipient; the same key is never sent twice
     * @param template NAME of templates/mails/NAME.txt and .html; both can use the recipient's name, the subject and
     *     publicUrl
     */
    public void send(Recipient to, String key, String template, String subject, Map<String, Object> values)
            throws MessagingException {
        send(to, key, template, subject, values, Map.of(), List.of());
    }

    /**
     * Sends a letter with headers and attachments. An address that the server says does not exist is given up: the
     * refusal is noted in the account, and nothing is thrown.
     *
     * @throws SmtpDelivery.Refused when the server refused the letter and may take it later
     */
    public void send(
            Recipient to,
            String key,
            String template,
            String subject,
            Map<String, Object> values,
            Map<String, String> headers,
            List<Mail.Attachment> attachments)
            throws MessagingException {
        if (isHandedOver(key)) {
            before(key);
            return;
        }
        var all = new HashMap<>(values);
        all.put("name", to.name());
        all.put("publicUrl", publicUrl.toString());
        all.put("subject", subject);
        var email = new Mail.Email(
                key,
                to.email(),
                to.name(),
                subject,
                templates.render("mails/" + template + ".txt", all),
                templates.render("mails/" + template + ".html", all),
                headers,
                attachments);
        try {
            mail.send(email, () -> begin(key));
        } catch (AlreadyHandedOver e) {
            before(key);
            return;
        } catch (SmtpDelivery.Refused e) {
            TransientFailures.retryUntilBack(() -> forget(key));
            if (!e.isHopeless()) throw e;
            log.warn("{} is given up, for the address was refused: {}", key, e.getMessage());
            refused.accept(to.email(), e.getMessage());
            return;
        }
        TransientFailures.retryUntilBack(() -> done(key));
        refused.accept(to.email(), null);
    }

    private boolean isHandedOver(String key) {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT count(*) > 0 FROM mails WHERE key = :key")
                .bind("key", key)
                .mapTo(Boolean.class)
                .one());
    }

    private static void before(String key) {
        log.info("{} was handed over before", key);
    }

    /** Another worker began the same letter: the server drops this one, whose last byte never comes. */
    private static final class AlreadyHandedOver extends RuntimeException {}

    private void begin(String key) {
        if (write("INSERT INTO mails (key) VALUES (:key) ON CONFLICT DO NOTHING", key) == 0)
            throw new AlreadyHandedOver();
    }

    private void done(String key) {
        write("UPDATE mails SET sent = now() WHERE key = :key", key);
    }

    private void forget(String key) {
        write("DELETE FROM mails WHERE key = :key", key);
    }

    private int write(String sql, String key) {
        return jdbi.withHandle(
                handle -> handle.createUpdate(sql).bind("key", key).execute());
    }
}
