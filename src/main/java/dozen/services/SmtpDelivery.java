package dozen.services;

import jakarta.mail.Authenticator;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
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
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/**
 * Delivers one message on one connection, and judges the outcome by the server's answer to the end of the data. It is a
 * subclass, because the library's own exceptions hide that answer when the server hangs up after it: they report the
 * next command, RSET.
 */
final class SmtpDelivery extends SMTPTransport {
    /** The mailbox is not there, is elsewhere, or can't have this name (RFC 5321, 4.2.3): no later try will help. */
    private static final Set<Integer> NO_SUCH_MAILBOX = Set.of(550, 551, 553);
    /** RFC 3463: the status code 5.1 is about the address, 5.2.1 about the mailbox; others are about policy. */
    private static final Pattern OTHER_REASON = Pattern.compile("\\b5\\d\\d[ -]+5\\.(?!1\\.|2\\.1\\b)\\d+\\.\\d+");

    private final Socket socket;
    private final Duration limit;
    private final Runnable handover;
    private boolean ending;
    private int answer;
    private String answerText = "";

    private SmtpDelivery(Session session, Socket socket, Duration limit, Runnable handover) {
        super(session, new URLName("smtp", null, -1, null, null, null));
        this.socket = socket;
        this.limit = limit;
        this.handover = handover;
    }

    static Session session(SmtpUrl smtp, boolean plainLogin) {
        var properties = new Properties();
        // Don't wait for the answer to QUIT: it says nothing about the mail, and none comes after an unfinished one.
        properties.setProperty("mail.smtp.quitwait", "false");
        properties.setProperty("mail.smtp.starttls.enable", "true");
        properties.setProperty("mail.smtp.starttls.required", String.valueOf(smtp.hasLogin() && !plainLogin));
        properties.setProperty("mail.smtp.ssl.checkserveridentity", "true");
        if (!smtp.hasLogin()) return Session.getInstance(properties);
        properties.setProperty("mail.smtp.auth", "true");
        return Session.getInstance(properties, new Authenticator() {
            @Override
            protected PasswordAuthentication getPasswordAuthentication() {
                return new PasswordAuthentication(smtp.user(), smtp.password().reveal());
            }
        });
    }

    /** @param handover called just before the end of the message is sent */
    static void send(MimeMessage message, Session session, SmtpUrl smtp, Mail.Timeouts timeouts, Runnable handover)
            throws MessagingException {
        try (var socket = new Socket()) {
            // The address keeps the configured name; else the library takes the one from reverse DNS for STARTTLS.
            var ip = InetAddress.getByName(smtp.host()).getAddress();
            var address = new InetSocketAddress(InetAddress.getByAddress(smtp.host(), ip), smtp.port());
            socket.connect(address, Math.toIntExact(timeouts.connect().toMillis()));
            socket.setSoTimeout(Math.toIntExact(timeouts.answer().toMillis()));
            var open = smtp.tls() ? secured(socket, smtp) : socket;
            new SmtpDelivery(session, socket, timeouts.end(), handover).send(message, open);
        } catch (IOException e) {
            throw new MessagingException("%s is away: %s".formatted(smtp.address(), e.getMessage()));
        }
    }

    /** TLS from the start, for smtps. */
    private static Socket secured(Socket socket, SmtpUrl smtp) throws IOException {
        var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
        var secured = (SSLSocket) factory.createSocket(socket, smtp.host(), smtp.port(), true);
        var parameters = secured.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secured.setSSLParameters(parameters);
        secured.startHandshake();
        return secured;
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
        if (answer >= 400) return new Mail.Refused(answerText.strip(), false);
        for (Exception e = failure; e instanceof MessagingException each; e = each.getNextException()) {
            var text = String.valueOf(each.getMessage()).strip();
            if (each instanceof SMTPAddressFailedException recipient) {
                var unknown = NO_SUCH_MAILBOX.contains(recipient.getReturnCode());
                return new Mail.Refused(
                        text, unknown && !OTHER_REASON.matcher(text).find());
            }
            if (each instanceof SMTPSendFailedException && !ending) return new Mail.Refused(text, false);
        }
        return failure;
    }

    /** Sends the dot that ends the message. After STARTTLS, the TLS socket around this one has the same timeout. */
    @Override
    protected void finishData() throws IOException, MessagingException {
        socket.setSoTimeout(Math.toIntExact(limit.toMillis()));
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
