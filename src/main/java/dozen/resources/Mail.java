package dozen.resources;

import jakarta.mail.Authenticator;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.Optional;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SMTP as an attached resource. Without one, a mail becomes an event in the log, without its body. */
public final class Mail {
    private static final Logger log = LoggerFactory.getLogger(Mail.class);
    private static final String CONNECT_MS = "5000";
    private static final String ANSWER_MS = "15000";

    /**
     * @param key the same for each attempt at the same mail: it becomes the Message-ID, by which a reader's program
     *     knows a second copy
     */
    public record Letter(String key, String to, String name, String subject, String text) {}

    private final Optional<SmtpUrl> url;
    private final InternetAddress from;

    public Mail(Optional<SmtpUrl> url, InternetAddress from) {
        this.url = url;
        this.from = from;
    }

    /** Returns once the server took it. Fails when it did not. */
    public void send(Letter letter) throws MessagingException {
        if (url.isEmpty()) {
            log.info("mail to {} not sent, for SMTP_URL is unset: {}", letter.to(), letter.subject());
            return;
        }
        Transport.send(message(letter, session(url.get())));
    }

    private Message message(Letter letter, Session session) throws MessagingException {
        var message = new Keyed(session, "<%s@%s>".formatted(letter.key(), domain()));
        message.setFrom(from);
        message.setRecipient(Message.RecipientType.TO, recipient(letter));
        message.setSubject(letter.subject(), StandardCharsets.UTF_8.name());
        message.setSentDate(new Date());
        message.setText(letter.text(), StandardCharsets.UTF_8.name());
        return message;
    }

    private static InternetAddress recipient(Letter letter) throws MessagingException {
        try {
            return new InternetAddress(letter.to(), letter.name(), StandardCharsets.UTF_8.name());
        } catch (java.io.UnsupportedEncodingException e) {
            throw new MessagingException("no recipient", e); // every Java has UTF-8
        }
    }

    private String domain() {
        var address = from.getAddress();
        return address.substring(address.lastIndexOf('@') + 1);
    }

    private static Session session(SmtpUrl url) {
        var protocol = url.tls() ? "smtps" : "smtp";
        var properties = new Properties();
        properties.setProperty("mail.transport.protocol.rfc822", protocol);
        set(properties, protocol, "host", url.host());
        set(properties, protocol, "port", String.valueOf(url.port()));
        set(properties, protocol, "connectiontimeout", CONNECT_MS);
        set(properties, protocol, "timeout", ANSWER_MS);
        set(properties, protocol, "writetimeout", ANSWER_MS);
        set(properties, protocol, "starttls.enable", "true");
        set(properties, protocol, "ssl.checkserveridentity", "true");
        if (url.user() == null || url.password() == null) return Session.getInstance(properties);
        set(properties, protocol, "auth", "true");
        return Session.getInstance(properties, new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication(url.user(), url.password().reveal());
            }
        });
    }

    private static void set(Properties properties, String protocol, String name, String value) {
        properties.setProperty("mail." + protocol + "." + name, value);
    }

    /** The library makes a new Message-ID whenever a message is saved; this keeps ours. */
    private static final class Keyed extends MimeMessage {
        private final String id;

        Keyed(Session session, String id) {
            super(session);
            this.id = id;
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", id);
        }
    }
}
