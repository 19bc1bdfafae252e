package academy.letters;

import dozen.resources.Mail;
import dozen.templates.Templates;
import jakarta.mail.MessagingException;
import java.net.URI;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Academy's mails, made of templates, each sent once. The key of a letter is written down when all but its last byte is
 * on the way. So a worker that is killed before sends it again, and one that is killed after never does: at the most,
 * the letter is lost that a worker was handing over in that very moment.
 */
public final class Letters {
    private static final Logger log = LoggerFactory.getLogger(Letters.class);

    public record Recipient(String email, String name) {}

    private final Jdbi jdbi;
    private final Mail mail;
    private final URI publicUrl;
    private final Templates templates = new Templates();

    public Letters(Jdbi jdbi, Mail mail, URI publicUrl) {
        this.jdbi = jdbi;
        this.mail = mail;
        this.publicUrl = publicUrl;
    }

    public URI publicUrl() {
        return publicUrl;
    }

    /**
     * @param key what it is about and to whom: the same key is never sent twice
     * @param template NAME of templates/mails/NAME.txt and .html; both know the recipient's name, the subject and publicUrl
     */
    public void send(Recipient to, String key, String template, String subject, Map<String, Object> values)
            throws MessagingException {
        send(to, key, template, subject, values, Map.of(), List.of());
    }

    public void send(
            Recipient to,
            String key,
            String template,
            String subject,
            Map<String, Object> values,
            Map<String, String> headers,
            List<Mail.Attachment> attachments)
            throws MessagingException {
        if (isBegun(key)) {
            before(key);
            return;
        }
        var all = new HashMap<>(values);
        all.put("name", to.name());
        all.put("publicUrl", publicUrl.toString());
        all.put("subject", subject);
        var letter = new Mail.Letter(
                key,
                to.email(),
                to.name(),
                subject,
                templates.render("mails/" + template + ".txt", all),
                templates.render("mails/" + template + ".html", all),
                headers,
                attachments);
        try {
            mail.send(letter, () -> begin(key));
        } catch (Begun e) {
            before(key);
            return;
        } catch (MessagingException e) {
            if (Mail.isRefused(e)) forget(key);
            throw e;
        }
        done(key);
    }

    private boolean isBegun(String key) {
        return jdbi.withHandle(handle -> handle.createQuery("SELECT count(*) > 0 FROM letters WHERE key = :key")
                .bind("key", key)
                .mapTo(Boolean.class)
                .one());
    }

    private static void before(String key) {
        log.info("{} was handed over before", key);
    }

    /** Another worker began the same letter: the server drops this one, whose last byte never comes. */
    private static final class Begun extends RuntimeException {}

    private void begin(String key) {
        if (write("INSERT INTO letters (key) VALUES (:key) ON CONFLICT DO NOTHING", key) == 0) throw new Begun();
    }

    private void done(String key) {
        write("UPDATE letters SET sent = now() WHERE key = :key", key);
    }

    private void forget(String key) {
        write("DELETE FROM letters WHERE key = :key", key);
    }

    private int write(String sql, String key) {
        return jdbi.withHandle(
                handle -> handle.createUpdate(sql).bind("key", key).execute());
    }
}
