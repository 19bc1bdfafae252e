package dozen.mail;

import dozen.domain.Validation;
import jakarta.activation.DataHandler;
import jakarta.mail.BodyPart;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeBodyPart;
import jakarta.mail.internet.MimeMessage;
import jakarta.mail.internet.MimeMultipart;
import jakarta.mail.util.ByteArrayDataSource;
import java.io.UnsupportedEncodingException;
import java.util.Date;
import java.util.List;
import java.util.Map;

/**
 * A mail with all its texts.
 *
 * @param html the same content as the text
 * @param headers additional headers, by name
 */
record Email(
        Mailer.Recipient to,
        String key,
        String subject,
        String text,
        String html,
        Map<String, String> headers,
        List<Mailer.Attachment> attachments) {
    private static final String UTF_8 = "UTF-8";

    /** @throws SmtpDelivery.Refused when the recipient's address is not valid */
    MimeMessage from(InternetAddress sender) throws MessagingException {
        var message = new MimeMessage((Session) null);
        message.setFrom(sender);
        message.setRecipient(RecipientType.TO, recipient());
        message.setSubject(subject, UTF_8);
        message.setSentDate(new Date());
        for (var header : headers.entrySet()) message.setHeader(header.getKey(), header.getValue());
        message.setContent(content());
        message.saveChanges();
        // Saving a message gives it a new Message-ID, so the mail's own is set afterwards.
        var address = sender.getAddress();
        message.setHeader("Message-ID", "<%s%s>".formatted(key, address.substring(address.lastIndexOf('@'))));
        return message;
    }

    private InternetAddress recipient() throws MessagingException {
        try {
            return new InternetAddress(Validation.asciiMailAddress(to.email()), to.name(), UTF_8);
        } catch (IllegalArgumentException e) {
            throw new SmtpDelivery.Refused("the address " + e.getMessage(), 553, true);
        } catch (UnsupportedEncodingException e) {
            throw new IllegalStateException(e); // every Java has UTF-8
        }
    }

    private MimeMultipart content() throws MessagingException {
        var both = new MimeMultipart("alternative", part(text, "plain"), part(html, "html"));
        if (attachments.isEmpty()) return both;
        var body = new MimeBodyPart();
        body.setContent(both);
        var mixed = new MimeMultipart("mixed", body);
        for (var attachment : attachments) {
            var part = new MimeBodyPart();
            part.setDataHandler(new DataHandler(new ByteArrayDataSource(attachment.bytes(), attachment.type())));
            part.setFileName(attachment.fileName());
            mixed.addBodyPart(part);
        }
        return mixed;
    }

    private static BodyPart part(String text, String subtype) throws MessagingException {
        var part = new MimeBodyPart();
        part.setText(text, UTF_8, subtype);
        return part;
    }
}
