package dozen.services;

import dozen.config.Env;
import dozen.domain.MailAddress;
import jakarta.activation.DataHandler;
import jakarta.mail.BodyPart;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.UnsupportedEncodingException;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SMTP as an attached resource. Without an SMTP server, a mail is only logged, without its body. */
public final class Mail {
    private static final Logger log = LoggerFactory.getLogger(Mail.class);
    private static final String UTF_8 = "UTF-8";

    /** @param plainLogin whether to send the password without TLS when the server offers none */
    public record Settings(Optional<SmtpUrl> url, InternetAddress from, boolean plainLogin) {
        /** @param applicationName one word, which the default sender is made of */
        public static Settings read(Env env, String applicationName) {
            var sender = "%s <%s@localhost>".formatted(applicationName, applicationName.toLowerCase(Locale.ROOT));
            var url = "SMTP: smtp://user:password@host:587, smtps:// for TLS; unset: mails are logged";
            var plainLogin = "true sends SMTP_URL's password without TLS where the server offers none";
            return new Settings(
                    env.setting("SMTP_URL", url).optionalSecret(SmtpUrl::parse),
                    env.setting("MAIL_FROM", "sender of all mails").parsed(sender, MailAddress::sender),
                    env.setting("SMTP_PLAIN_LOGIN", plainLogin).bool(false));
        }
    }

    /**
     * How long to wait for the connection, for the answer to each command, and for the answer to the message's end. RFC
     * 5321, 4.5.3.2.6, asks for 10 minutes at the end, because a server may check the message before it answers. Before
     * the end nothing is handed over yet, so a silent server holds a worker's thread for one minute only.
     */
    public record Timeouts(Duration connect, Duration answer, Duration end) {
        static final Timeouts DEFAULT =
                new Timeouts(Duration.ofSeconds(5), Duration.ofMinutes(1), Duration.ofMinutes(10));
    }

    /**
     * @param key the same for every attempt to send the same mail; it becomes the Message-ID, by which the recipient's
     *     mail program recognizes a duplicate
     * @param html the same content as the text
     * @param headers additional headers, by name
     */
    public record Email(
            String key,
            String to,
            String name,
            String subject,
            String text,
            String html,
            Map<String, String> headers,
            List<Attachment> attachments) {}

    public record Attachment(String fileName, String type, byte[] bytes) {}

    /** The message was refused and is not on its way. */
    public static final class Refused extends MessagingException {
        private final boolean hopeless;

        Refused(String answer, boolean hopeless) {
            super(answer);
            this.hopeless = hopeless;
        }

        /** Tells whether no mail can ever be sent to this recipient. */
        public boolean isPermanent() {
            return hopeless;
        }
    }

    private final Settings settings;
    private final Timeouts timeouts;

    public Mail(Settings settings) {
        this(settings, Timeouts.DEFAULT);
    }

    public Mail(Settings settings, Timeouts timeouts) {
        this.settings = settings;
        this.timeouts = timeouts;
    }

    /**
     * Returns once the server has accepted the mail.
     *
     * @param handover called just before the end of the message is sent: from then on the server may have accepted the
     *     mail, even when this method fails or never returns
     * @throws Refused when the mail was refused, or its address is not valid, so it is not on its way
     */
    public void send(Email email, Runnable handover) throws MessagingException {
        if (settings.url().isEmpty()) {
            log.info("mail to {} not sent, for SMTP_URL is unset: {}", email.to(), email.subject());
            return;
        }
        var smtp = settings.url().get();
        var session = SmtpDelivery.session(smtp, settings.plainLogin());
        SmtpDelivery.send(message(email, settings.from(), session), session, smtp, timeouts, handover);
    }

    private static MimeMessage message(Email email, InternetAddress from, Session session) throws MessagingException {
        var message = new MimeMessage(session);
        message.setFrom(from);
        message.setRecipient(Message.RecipientType.TO, recipient(email));
        message.setSubject(email.subject(), UTF_8);
        message.setSentDate(new Date());
        for (var header : email.headers().entrySet()) message.setHeader(header.getKey(), header.getValue());
        message.setContent(content(email));
        message.saveChanges();
        // Saving a message gives it a new Message-ID, so the mail's own is set afterwards.
        var domain = from.getAddress().substring(from.getAddress().lastIndexOf('@'));
        message.setHeader("Message-ID", "<" + email.key() + domain + ">");
        return message;
    }

    private static MimeMultipart content(Email email) throws MessagingException {
        var both = new MimeMultipart("alternative", text(email.text(), "plain"), text(email.html(), "html"));
        if (email.attachments().isEmpty()) return both;
        var body = new MimeBodyPart();
        body.setContent(both);
        var mixed = new MimeMultipart("mixed", body);
        for (var attachment : email.attachments()) {
            var part = new MimeBodyPart();
            part.setDataHandler(new DataHandler(new ByteArrayDataSource(attachment.bytes(), attachment.type())));
            part.setFileName(attachment.fileName());
            mixed.addBodyPart(part);
        }
        return mixed;
    }

    private static BodyPart text(String text, String subtype) throws MessagingException {
        var part = new MimeBodyPart();
        part.setText(text, UTF_8, subtype);
        return part;
    }

    private static InternetAddress recipient(Email email) throws MessagingException {
        try {
            return new InternetAddress(MailAddress.ascii(email.to()), email.name(), UTF_8);
        } catch (IllegalArgumentException e) {
            throw new Refused("the address " + e.getMessage(), true);
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException(e); // every Java has UTF-8
        }
    }
}
