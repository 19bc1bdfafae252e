package dozen.mail;

import dozen.config.Env;
import dozen.config.WebAddress;
import dozen.config.WebAddress.Authority;
import dozen.domain.DomainError;
import dozen.jobs.Job;
import dozen.pages.Resources;
import dozen.services.Postgres;
import dozen.services.RateLimits;
import dozen.services.RateLimits.Rate;
import dozen.services.ServiceUrl;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jdbi.v3.core.Jdbi;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends mails made from templates, each at most once. The key of a mail is written to the database when all but its
 * last byte has been sent. If the worker is killed before that, the retry sends the mail; after it, no retry does. So
 * at most the mail that a worker is handing over at that very moment is lost. Without an SMTP server, a mail is only
 * logged, without its body.
 */
public final class Mailer {
    private static final Logger log = LoggerFactory.getLogger(Mailer.class);

    /**
     * @param smtp the address of the server, whose scheme is smtps for TLS from the start, or smtp for STARTTLS
     * @param perMinute how many mails all workers together send; 0 for no limit
     * @param timeout how long to wait for each answer of the server. After the message's end the mail then counts as sent,
     *     because the server may have accepted it
     */
    public record Settings(
            Optional<ServiceUrl> smtp, InternetAddress from, StartTls startTls, int perMinute, Duration timeout) {
        /** A server may check a message before it accepts it, and a silent one holds a worker's thread meanwhile. */
        private static final Duration TIMEOUT = Duration.ofMinutes(2);

        private static final String EXAMPLE = "smtp://user:password@host:587, or smtps:// for TLS";

        /** @param applicationName one word, which the default sender is made of */
        public static Settings read(Env env, String applicationName) {
            var sender = "%s <%s@localhost>".formatted(applicationName, applicationName.toLowerCase(Locale.ROOT));
            var url = "SMTP: smtp://user:password@host:587, smtps:// for TLS; unset: mails are logged";
            var startTls = "required; offered: used where the server offers it; auto: required with a password";
            return new Settings(
                    env.setting("SMTP_URL", url).optionalSecret(Settings::smtp),
                    env.setting("MAIL_FROM", "sender of all mails").parsed(sender, Settings::sender),
                    env.setting("SMTP_STARTTLS", startTls).choice(StartTls.AUTO),
                    env.setting("MAIL_PER_MINUTE", "mails that all workers together send; 0: no limit")
                            .integer(0, 0, 1_000_000),
                    TIMEOUT);
        }

        /** Reads a sender, such as "Shop <shop@example.com>". Its domain may be a single word, such as localhost. */
        private static InternetAddress sender(String text) {
            try {
                var sender = new InternetAddress(text, true);
                var address = sender.getAddress();
                var domain = address.lastIndexOf('@') + 1;
                sender.setAddress(address.substring(0, domain) + Authority.ascii(address.substring(domain)));
                sender.validate();
                return sender;
            } catch (AddressException | IllegalArgumentException e) {
                throw new IllegalArgumentException("must be a mail address, but is \"" + text + "\"");
            }
        }

        /** @throws IllegalArgumentException with a message that does not repeat the text, which may hold a password */
        public static ServiceUrl smtp(String text) {
            return ServiceUrl.parse(
                    text,
                    EXAMPLE,
                    url -> url.scheme().matches("smtps?") && url.hosts().size() == 1);
        }
    }

    /** Whether a mail may go without TLS. AUTO requires it when there is a password. */
    public enum StartTls {
        AUTO,
        REQUIRED,
        OFFERED
    }

    public record Recipient(String email, String name) {}

    public record Attachment(String fileName, String type, byte[] bytes) {}

    /** Another worker handed the mail over. The server discards this copy, whose last byte is never sent. */
    private static final class AlreadyHandedOver extends RuntimeException {}

    private final Jdbi jdbi;
    private final RateLimits limits;
    private final Settings settings;
    private final WebAddress publicUrl;
    private final String application;
    private BiConsumer<String, String> observer = (_, _) -> {};

    /** @param application the application's name, which mails end with */
    public Mailer(String application, Jdbi jdbi, RateLimits limits, Settings settings, WebAddress publicUrl) {
        this.application = application;
        this.jdbi = jdbi;
        this.limits = limits;
        this.settings = settings;
        this.publicUrl = publicUrl;
    }

    /**
     * @param observer called with an address and the answer by which the server refused it for good, or with null after
     *     the server accepted a mail
     */
    public void onAnswer(BiConsumer<String, String> observer) {
        this.observer = observer;
    }

    public WebAddress publicUrl() {
        return publicUrl;
    }

    /** Sends a mail without further headers and attachments. */
    public void send(Recipient to, String key, String template, String subject, Map<String, Object> values)
            throws MessagingException {
        send(to, key, template, subject, values, Map.of(), List.of());
    }

    /**
     * Sends a mail, and returns once the server has accepted it. An address that the server says does not exist is
     * given up: the observer is told, and nothing is thrown. Jobs call this, because what it throws is made for them.
     *
     * @param key names what the mail is about and its recipient; the same key is never sent twice. It becomes the
     *     Message-ID, by which the recipient's mail program recognizes a duplicate
     * @param template a path below templates/, without .mustache, whose sections text and html can use the recipient's
     *     name, the subject, publicUrl and application; the HTML stands in the frame of dozen/mail.html
     * @throws MessagingException when the server is away, or refused the mail and may take it later
     * @throws Job.PermanentFailure when the server refused the mail for good
     * @throws DomainError TOO_MANY while more mails wait than may be sent
     */
    public void send(
            Recipient to,
            String key,
            String template,
            String subject,
            Map<String, Object> values,
            Map<String, String> headers,
            List<Attachment> attachments)
            throws MessagingException {
        var all = new HashMap<>(values);
        all.putAll(Map.of(
                "name", to.name(), "publicUrl", publicUrl.toString(), "subject", subject, "application", application));
        all.putAll(Map.of("text", true, "html", false));
        var text = Resources.renderText(template + ".mustache", all);
        all.putAll(Map.of("text", false, "html", true));
        all.put("content", Resources.render(template + ".mustache", all));
        var html = Resources.render("dozen/mail.html", all);
        if (settings.smtp().isEmpty()) {
            log.info("mail to {} not sent, for SMTP_URL is unset: {}", to.email(), subject);
            return;
        }
        try {
            if (isHandedOver(key)) throw new AlreadyHandedOver();
            takeTurn(settings.smtp().get().hosts().getFirst().unbracketed());
            var email = new Email(to, key, subject, text, html, headers, attachments);
            SmtpDelivery.send(email.from(settings.from()), settings, () -> begin(key));
        } catch (AlreadyHandedOver e) {
            log.info("{} was handed over before", key);
            return;
        } catch (SmtpDelivery.Refused e) {
            write("DELETE FROM mails WHERE key = ?", key);
            if (e.code < 500) throw e;
            if (!e.noMailbox) throw new Job.PermanentFailure("the mail was refused: " + e.getMessage());
            log.warn("{} is given up, for the address was refused: {}", key, e.getMessage());
            observer.accept(to.email(), e.getMessage());
            return;
        }
        write("UPDATE mails SET sent = now() WHERE key = ?", key);
        observer.accept(to.email(), null);
    }

    /** At most a second's mails go at once, and no more than MAIL_PER_MINUTE in the minute after them. */
    private void takeTurn(String provider) {
        var perMinute = settings.perMinute();
        if (perMinute == 0) return;
        var burst = Math.ceilDiv(perMinute, 60);
        var rate = new Rate(burst, Duration.ofMinutes(burst).dividedBy(perMinute));
        limits.take("mail", provider, rate);
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
