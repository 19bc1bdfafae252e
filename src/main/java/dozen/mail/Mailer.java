package dozen.mail;

import dozen.config.WebAddress;
import dozen.pages.Templates;
import dozen.services.Mail;
import dozen.services.Postgres;
import jakarta.mail.MessagingException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends mails made from templates, each at most once. The key of a mail is written to the database when all but its
 * last byte has been sent. If the worker is killed before that, the retry sends the mail; after it, no retry does. So
 * at most the mail that a worker is handing over at that very moment is lost.
 */
public final class Mailer {
    private static final Logger log = LoggerFactory.getLogger(Mailer.class);

    public record Recipient(String email, String name) {}

    /**
     * The same mail was handed over by another worker in the meantime. The server discards this copy, because its last
     * byte is never sent.
     */
    private static final class AlreadyHandedOver extends RuntimeException {}

    private final Jdbi jdbi;
    private final Mail mail;
    private final WebAddress publicUrl;
    private final String application;
    private final Templates templates = new Templates();
    private BiConsumer<String, String> refused = (_, _) -> {};

    /** @param application the application's name, which mails end with */
    public Mailer(String application, Jdbi jdbi, Mail mail, WebAddress publicUrl) {
        this.application = application;
        this.jdbi = jdbi;
        this.mail = mail;
        this.publicUrl = publicUrl;
    }

    /**
     * @param observer called with an address and the answer by which the server refused it for good, or with null after
     *     the server accepted a mail
     */
    public void onAnswer(BiConsumer<String, String> observer) {
        refused = observer;
    }

    public WebAddress publicUrl() {
        return publicUrl;
    }

    /**
     * @param key names what the mail is about and its recipient; the same key is never sent twice
     * @param template a path below templates/, without .txt and .html; both can use the recipient's name, the subject,
     *     publicUrl and application
     */
    public void send(Recipient to, String key, String template, String subject, Map<String, Object> values)
            throws MessagingException {
        send(to, key, template, subject, values, Map.of(), List.of());
    }

    /**
     * Sends a mail with headers and attachments. An address that the server says does not exist is given up: the
     * refusal is noted in the account, and nothing is thrown.
     *
     * @throws Mail.Refused when the server refused the mail and may take it later
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
        var all = new HashMap<>(values);
        all.putAll(Map.of(
                "name", to.name(), "publicUrl", publicUrl.toString(), "subject", subject, "application", application));
        var text = templates.render(template + ".txt", all);
        var html = templates.render(template + ".html", all);
        var email = new Mail.Email(key, to.email(), to.name(), subject, text, html, headers, attachments);
        try {
            if (isHandedOver(key)) throw new AlreadyHandedOver();
            mail.send(email, () -> begin(key));
        } catch (AlreadyHandedOver e) {
            log.info("{} was handed over before", key);
            return;
        } catch (Mail.Refused e) {
            write("DELETE FROM mails WHERE key = ?", key);
            if (!e.isPermanent()) throw e;
            log.warn("{} is given up, for the address was refused: {}", key, e.getMessage());
            refused.accept(to.email(), e.getMessage());
            return;
        }
        write("UPDATE mails SET sent = now() WHERE key = ?", key);
        refused.accept(to.email(), null);
    }

    private boolean isHandedOver(String key) {
        return jdbi.withHandle(handle -> handle.select("SELECT count(*) > 0 FROM mails WHERE key = ?", key)
                .mapTo(Boolean.class)
                .one());
    }

    private void begin(String key) {
        var added = jdbi.withHandle(
                handle -> handle.execute("INSERT INTO mails (key) VALUES (?) ON CONFLICT DO NOTHING", key));
        if (added == 0) throw new AlreadyHandedOver();
    }

    private void write(String sql, String key) {
        Postgres.retry(() -> jdbi.useHandle(handle -> handle.execute(sql, key)));
    }
}
