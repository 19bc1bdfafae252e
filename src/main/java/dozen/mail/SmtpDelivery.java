package dozen.mail;

import dozen.mail.Mailer.StartTls;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.eclipse.angus.mail.util.SocketFetcher;
import org.eclipse.angus.mail.util.WriteTimeoutSocket;

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

    private final Socket socket;
    private final Duration limit;
    private final Runnable handover;
    private String command = "";
    private boolean accepted;
    private Refused refusal;

    private SmtpDelivery(Session session, URLName login, Socket socket, Duration limit, Runnable handover) {
        super(session, login);
        this.socket = socket;
        this.limit = limit;
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
        var timeouts = settings.timeouts();
        var tls = url.scheme().equals("smtps");
        var host = url.hosts().getFirst().unbracketed();
        var port = url.hosts().getFirst().port(tls ? 465 : 587);
        var hasLogin = url.user() != null && url.password() != null;
        var login = hasLogin
                ? new URLName("smtp", null, -1, null, url.user(), url.password().reveal())
                : new URLName("smtp", null, -1, null, null, null);
        var mustEncrypt = settings.startTls() == StartTls.REQUIRED || hasLogin && settings.startTls() == StartTls.AUTO;
        var properties = new Properties();
        // Don't wait for the answer to QUIT: it says nothing about the mail, and none comes after an unfinished one.
        properties.setProperty("mail.smtp.quitwait", "false");
        properties.setProperty("mail.smtp.starttls.enable", "true");
        properties.setProperty("mail.smtp.starttls.required", String.valueOf(mustEncrypt));
        properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
        var session = Session.getInstance(properties);
        try (var socket = new WriteTimeoutSocket(new Socket(), millis(timeouts.answer()))) {
            // The address keeps the configured name; else the library takes the one from reverse DNS for STARTTLS.
            var ip = InetAddress.getByName(host).getAddress();
            var address = new InetSocketAddress(InetAddress.getByAddress(host, ip), port);
            socket.connect(address, millis(timeouts.connect()));
            socket.setSoTimeout(millis(timeouts.answer()));
            var open = tls ? SocketFetcher.startTLS(socket, host, properties, "mail.smtp") : socket;
            new SmtpDelivery(session, login, socket, timeouts.end(), handover).send(message, open);
        } catch (IOException e) {
            throw new MessagingException("SMTP at %s:%s is away: %s".formatted(host, port, e.getMessage()));
        }
    }

    private static int millis(Duration time) {
        return Math.toIntExact(time.toMillis());
    }

    private void send(MimeMessage message, Socket open) throws MessagingException {
        try {
            connect(open);
            sendMessage(message, message.getAllRecipients());
        } catch (MessagingException e) {
            if (accepted) return;
            throw refusal == null ? e : refusal;
        } finally {
            close();
        }
    }

    @Override
    public void close() {
        try {
            super.close();
        } catch (MessagingException e) {
            // the outcome is known by now
        }
    }

    /** Sends the dot that ends the message. After STARTTLS, the TLS socket around this one has the same timeout. */
    @Override
    protected void finishData() throws IOException, MessagingException {
        socket.setSoTimeout(millis(limit));
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
