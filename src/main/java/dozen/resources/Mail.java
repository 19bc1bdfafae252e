package dozen.resources;

import jakarta.activation.DataHandler;
import jakarta.mail.Authenticator;
import jakarta.mail.BodyPart;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
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
     * @param html the same as the text
     * @param headers more of them, by name
     */
    public record Letter(
            String key,
            String to,
            String name,
            String subject,
            String text,
            String html,
            Map<String, String> headers,
            List<Attachment> attachments) {}

    public record Attachment(String fileName, String type, byte[] bytes) {}

    private final Optional<SmtpUrl> url;
    private final InternetAddress from;

    public Mail(Optional<SmtpUrl> url, InternetAddress from) {
        this.url = url;
        this.from = from;
    }

    /**
     * Returns once the server took it. Fails when it did not.
     *
     * @param handover called when all but the last byte is sent: from then on it may have been taken, even when this
     *     fails or never returns
     */
    public void send(Letter letter, Runnable handover) throws MessagingException {
        if (url.isEmpty()) {
            log.info("mail to {} not sent, for SMTP_URL is unset: {}", letter.to(), letter.subject());
            return;
        }
        Transport.send(message(letter, session(url.get()), handover));
    }

    /** Did the server itself say no? Then the letter is not on its way. */
    public static boolean isRefused(MessagingException failure) {
        for (Exception e = failure; e instanceof MessagingException each; e = each.getNextException()) {
            if (e instanceof SMTPSendFailedException) return true;
        }
        return false;
    }

    private Message message(Letter letter, Session session, Runnable handover) throws MessagingException {
        var message = new Keyed(session, "<%s@%s>".formatted(letter.key(), domain()), handover);
        message.setFrom(from);
        message.setRecipient(Message.RecipientType.TO, recipient(letter));
        message.setSubject(letter.subject(), StandardCharsets.UTF_8.name());
        message.setSentDate(new Date());
        for (var header : letter.headers().entrySet()) message.setHeader(header.getKey(), header.getValue());
        message.setContent(content(letter));
        return message;
    }

    private static MimeMultipart content(Letter letter) throws MessagingException {
        var both = new MimeMultipart("alternative", text(letter.text(), "plain"), text(letter.html(), "html"));
        if (letter.attachments().isEmpty()) return both;
        var body = new MimeBodyPart();
        body.setContent(both);
        var mixed = new MimeMultipart("mixed", body);
        for (var attachment : letter.attachments()) {
            var part = new MimeBodyPart();
            part.setDataHandler(new DataHandler(new ByteArrayDataSource(attachment.bytes(), attachment.type())));
            part.setFileName(attachment.fileName());
            mixed.addBodyPart(part);
        }
        return mixed;
    }

    private static BodyPart text(String text, String subtype) throws MessagingException {
        var part = new MimeBodyPart();
        part.setText(text, StandardCharsets.UTF_8.name(), subtype);
        return part;
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
        // The answer to QUIT says nothing of the letter; of one that was given up before its end, none would come.
        set(properties, protocol, "quitwait", "false");
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

    /** The library makes a new Message-ID whenever a message is saved; this keeps ours. And it tells of the handover. */
    private static final class Keyed extends MimeMessage {
        private final String id;
        private final Runnable handover;

        Keyed(Session session, String id, Runnable handover) {
            super(session);
            this.id = id;
            this.handover = handover;
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", id);
        }

        /** The transport writes the message with this, then the dot that ends it. */
        @Override
        public void writeTo(OutputStream out, String[] without) throws IOException, MessagingException {
            super.writeTo(out, without);
            handover.run();
        }
    }
}
