package dozen.services;

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
import java.nio.charset.StandardCharsets;
import java.util.Date;

/** A mail as MIME. The library makes a new Message-ID whenever a message is saved; this keeps the mail's own. */
final class EmailMessage extends MimeMessage {
    private final String id;

    private EmailMessage(Session session, String id) {
        super(session);
        this.id = id;
    }

    static EmailMessage of(Mail.Email email, InternetAddress from, Session session) throws MessagingException {
        var domain = from.getAddress().substring(from.getAddress().lastIndexOf('@') + 1);
        var message = new EmailMessage(session, "<%s@%s>".formatted(email.key(), domain));
        message.setFrom(from);
        message.setRecipient(Message.RecipientType.TO, recipient(email));
        message.setSubject(email.subject(), StandardCharsets.UTF_8.name());
        message.setSentDate(new Date());
        for (var header : email.headers().entrySet()) message.setHeader(header.getKey(), header.getValue());
        message.setContent(content(email));
        message.saveChanges();
        return message;
    }

    @Override
    protected void updateMessageID() throws MessagingException {
        setHeader("Message-ID", id);
    }

    private static MimeMultipart content(Mail.Email email) throws MessagingException {
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
        part.setText(text, StandardCharsets.UTF_8.name(), subtype);
        return part;
    }

    private static InternetAddress recipient(Mail.Email email) throws MessagingException {
        try {
            return new InternetAddress(MailAddress.ascii(email.to()), email.name(), StandardCharsets.UTF_8.name());
        } catch (IllegalArgumentException e) {
            throw new SmtpDelivery.Refused("the address " + e.getMessage(), true);
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException(e); // every Java has UTF-8
        }
    }
}
