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
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;
import org.eclipse.angus.mail.util.SocketFetcher;
import org.eclipse.angus.mail.util.WriteTimeoutSocket;

/**
 * Delivers one message on one connection, and judges the outcome by the server's answer to the end of the data. It is a
 * subclass, because the library's own exceptions hide that answer when the server hangs up after it: they report the
 * next command, RSET.
 */
final class SmtpDelivery extends SMTPTransport {
    /** The mailbox is not there, is elsewhere, or can't have this name (RFC 5321, 4.2.3): no later try will help. */
    private static final Set<Integer> WANTS_LOGIN = Set.of(530, 534, 535, 538);

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

    /** Closes the socket of a server that stops reading; without it, the library starts a thread for each socket. */
    private static final ScheduledThreadPoolExecutor WRITE_TIMER =
            new ScheduledThreadPoolExecutor(1, Thread.ofVirtual().factory());

    static {
        WRITE_TIMER.setRemoveOnCancelPolicy(true); // each write cancels its own
    }

    private final Socket socket;
    private final Duration limit;
    private final Runnable handover;
    private boolean ending;
    private int answer;
    private String answerText = "";

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
        var tls = url.scheme().equals("smtps");
        var port = url.port(tls ? 465 : 587);
        var hasLogin = url.user() != null && url.password() != null;
        var user = hasLogin ? url.user() : null;
        var password = hasLogin ? url.password().reveal() : null;
        var properties = new Properties();
        // Don't wait for the answer to QUIT: it says nothing about the mail, and none comes after an unfinished one.
        properties.setProperty("mail.smtp.quitwait", "false");
        properties.setProperty("mail.smtp.starttls.enable", "true");
        var required = settings.startTls() == StartTls.REQUIRED || hasLogin && settings.startTls() == StartTls.AUTO;
        properties.setProperty("mail.smtp.starttls.required", String.valueOf(required));
        properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
        try (var socket =
                new WriteTimeoutSocket(new Socket(), millis(settings.timeouts().answer()), WRITE_TIMER)) {
            // The address keeps the configured name; else the library takes the one from reverse DNS for STARTTLS.
            var ip = InetAddress.getByName(url.host()).getAddress();
            var address = new InetSocketAddress(InetAddress.getByAddress(url.host(), ip), port);
            socket.connect(address, millis(settings.timeouts().connect()));
            socket.setSoTimeout(millis(settings.timeouts().answer()));
            var open = tls ? SocketFetcher.startTLS(socket, url.host(), properties, "mail.smtp") : socket;
            var login = new URLName("smtp", null, -1, null, user, password);
            var limit = settings.timeouts().end();
            new SmtpDelivery(Session.getInstance(properties), login, socket, limit, handover).send(message, open);
        } catch (IOException e) {
            throw new MessagingException("SMTP at %s:%s is away: %s".formatted(url.host(), port, e.getMessage()));
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
            if (answer != 250) throw judged(e); // with 250 the server has accepted the message
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

    private MessagingException judged(MessagingException failure) {
        if (answer >= 400) return new Refused(answerText, answer, false);
        for (Exception e = failure; e instanceof MessagingException each; e = each.getNextException()) {
            var text = String.valueOf(each.getMessage());
            if (each instanceof SMTPAddressFailedException recipient) {
                var code = recipient.getReturnCode();
                return new Refused(
                        text,
                        code,
                        NO_SUCH_MAILBOX.contains(code)
                                && !OTHER_REASON.matcher(text).find());
            }
            // 530, 534, 535 and 538 ask for a login or for TLS (RFC 4954, RFC 3207): the operator's to mend, and no
            // mail's.
            if (each instanceof SMTPSendFailedException command
                    && !ending
                    && !WANTS_LOGIN.contains(command.getReturnCode()))
                return new Refused(text, command.getReturnCode(), false);
        }
        return failure;
    }

    /** Sends the dot that ends the message. After STARTTLS, the TLS socket around this one has the same timeout. */
    @Override
    protected void finishData() throws IOException, MessagingException {
        socket.setSoTimeout(millis(limit));
        handover.run();
        ending = true;
        super.finishData();
    }

    @Override
    protected int readServerResponse() throws MessagingException {
        var code = super.readServerResponse();
        if (ending && answer == 0) {
            answer = code;
            answerText = getLastServerResponse();
        }
        return code;
    }
}
