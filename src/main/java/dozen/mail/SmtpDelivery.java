package dozen.mail;

import dozen.mail.Mailer.StartTls;
import dozen.services.ServiceUnavailable;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/**
 * Delivers one message on one connection, and judges the outcome by the server's answers. It is a subclass, because the
 * library's own exceptions hide the answer when the server hangs up after it: they report the next command, RSET.
 */
final class SmtpDelivery extends SMTPTransport {
    /** These answers ask for a login or for TLS (RFC 4954, RFC 3207). The operator must mend that, so no mail is to blame. */
    private static final Set<Integer> WANTS_LOGIN = Set.of(530, 534, 535, 538);
    /** The mailbox is not there, is elsewhere, or can't have this name (RFC 5321, 4.2.3): no later try will help. */
    private static final Set<Integer> NO_SUCH_MAILBOX = Set.of(550, 551, 553);
    /** RFC 3463: the status code 5.1 is about the address, 5.2.1 about the mailbox; others are about policy. */
    private static final Pattern OTHER_REASON = Pattern.compile("\\b5\\d\\d[ -]+5\\.(?!1\\.|2\\.1\\b)\\d+\\.\\d+");

    /** The message was refused and is not on its way. */
    static final class Refused extends MessagingException {
        /** The code of the server's answer. After 5xx, sending the same again is useless (RFC 5321, 4.2.1). */
        final int code;
        /** Whether no mail can ever be sent to this recipient. */
        final boolean noMailbox;

        Refused(String answer, int code, boolean noMailbox) {
            super(answer.strip());
            this.code = code;
            this.noMailbox = noMailbox;
        }
    }

    private final Runnable handover;
    private String command = "";
    private boolean accepted;
    private Refused refusal;

    private SmtpDelivery(Session session, Runnable handover) {
        super(session, null);
        this.handover = handover;
    }

    /**
     * Returns once the server has accepted the message.
     *
     * @param handover called just before the end of the message is sent: from then on the server may have accepted the
     *     mail, even when this method fails or never returns
     */
    static void send(MimeMessage message, Mailer.Settings settings, Runnable handover) throws MessagingException {
        var url = settings.smtp().orElseThrow();
        var server = url.hosts().getFirst();
        var tls = url.scheme().equals("smtps");
        var hasLogin = url.user() != null && url.password() != null;
        var mustEncrypt = settings.startTls() == StartTls.REQUIRED || hasLogin && settings.startTls() == StartTls.AUTO;
        var timeout = String.valueOf(settings.timeout().toMillis());
        var properties = new Properties();
        // Don't wait for the answer to QUIT: it says nothing about the mail, and none comes after an unfinished one.
        properties.setProperty("mail.smtp.quitwait", "false");
        properties.setProperty("mail.smtp.ssl.enable", String.valueOf(tls));
        properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
        properties.setProperty("mail.smtp.starttls.enable", "true");
        properties.setProperty("mail.smtp.starttls.required", String.valueOf(mustEncrypt));
        properties.setProperty("mail.smtp.connectiontimeout", "5000");
        properties.setProperty("mail.smtp.timeout", timeout);
        properties.setProperty("mail.smtp.writetimeout", timeout);
        var user = hasLogin ? url.user() : null;
        var password = hasLogin ? url.password().reveal() : null;
        var delivery = new SmtpDelivery(Session.getInstance(properties), handover);
        try (delivery) {
            delivery.connect(server.unbracketed(), server.port(tls ? 465 : 587), user, password);
            delivery.sendMessage(message, message.getAllRecipients());
        } catch (MessagingException e) {
            if (delivery.accepted) return;
            if (delivery.refusal != null) throw delivery.refusal;
            if (e.getNextException() == null) throw e;
            // The library's message has the cause in a second line, which lists of jobs leave out.
            throw new MessagingException("SMTP at %s: %s".formatted(server, ServiceUnavailable.reason(e)), e);
        }
    }

    /** Sends the dot that ends the message. */
    @Override
    protected void finishData() throws IOException, MessagingException {
        handover.run();
        super.finishData();
    }

    @Override
    protected void sendCommand(String line) throws MessagingException {
        command = line;
        super.sendCommand(line);
    }

    /** Keeps the answer to the end of the message, and the first refusal of the message or of a part of it. */
    @Override
    protected int readServerResponse() throws MessagingException {
        var code = super.readServerResponse();
        accepted |= command.equals(".") && code == 250;
        var isAboutTheMail = command.matches("MAIL .*|RCPT .*|DATA|\\.");
        if (refusal == null && isAboutTheMail && code >= 400 && !WANTS_LOGIN.contains(code)) {
            var answer = getLastServerResponse();
            var noMailbox = command.startsWith("RCPT")
                    && NO_SUCH_MAILBOX.contains(code)
                    && !OTHER_REASON.matcher(answer).find();
            refusal = new Refused(answer, code, noMailbox);
        }
        return code;
    }
}
