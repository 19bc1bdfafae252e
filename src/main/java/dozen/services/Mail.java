package dozen.services;

import jakarta.mail.Authenticator;
import jakarta.mail.MessagingException;
import jakarta.mail.PasswordAuthentication;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SMTP as an attached resource. Without an SMTP server, a mail is only logged, without its body. */
public final class Mail {
    private static final Logger log = LoggerFactory.getLogger(Mail.class);

    /**
     * How long to wait for the server.
     *
     * @param connect for the connection
     * @param answer for the answer to each command
     * @param end for the answer to the end of the message
     */
    public record Timeouts(Duration connect, Duration answer, Duration end) {
        /**
         * RFC 5321, 4.5.3.2.6, asks for 10 minutes after the end of the message, because a server may check the message
         * before it answers. Before the end nothing is handed over yet, so a silent server holds a worker's thread for
         * one minute only.
         */
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

    private final Optional<SmtpUrl> url;
    private final InternetAddress from;
    private final boolean plainLogin;
    private final Timeouts timeouts;

    /** @param plainLogin whether to send the password without TLS when the server offers none */
    public Mail(Optional<SmtpUrl> url, InternetAddress from, boolean plainLogin) {
        this(url, from, plainLogin, Timeouts.DEFAULT);
    }

    public Mail(Optional<SmtpUrl> url, InternetAddress from, boolean plainLogin, Timeouts timeouts) {
        this.url = url;
        this.from = from;
        this.plainLogin = plainLogin;
        this.timeouts = timeouts;
    }

    /**
     * Returns once the server has accepted the mail. Without an SMTP server, the mail is only logged.
     *
     * @param handover called just before the end of the message is sent: from then on the server may have accepted the
     *     mail, even when this method fails or never returns
     * @throws SmtpDelivery.Refused when the server refused the mail, or its address is not valid, so it is not on its
     *     way
     * @throws MessagingException for any other failure
     */
    public void send(Email email, Runnable handover) throws MessagingException {
        if (url.isEmpty()) {
            log.info("mail to {} not sent, for SMTP_URL is unset: {}", email.to(), email.subject());
            return;
        }
        var smtp = url.get();
        var session = session(smtp);
        var message = EmailMessage.of(email, from, session);
        var socket = connect(smtp);
        try {
            Runnable beforeTheEnd = () -> {
                awaitLonger(socket);
                handover.run();
            };
            new SmtpDelivery(session, beforeTheEnd).send(message, smtp.tls() ? secured(socket, smtp) : socket);
        } finally {
            close(socket);
        }
    }

    /**
     * Sets the timeout for the answer to the end of the message. After STARTTLS the library reads from a TLS socket
     * around this one, which has the same timeout.
     */
    private void awaitLonger(Socket socket) {
        try {
            socket.setSoTimeout((int) timeouts.end().toMillis());
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Session session(SmtpUrl smtp) {
        var properties = new Properties();
        properties.setProperty("mail.smtp.host", smtp.host());
        properties.setProperty("mail.smtp.port", String.valueOf(smtp.port()));
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

    private Socket connect(SmtpUrl smtp) throws MessagingException {
        try {
            // The address keeps the configured name; else the library takes the one from reverse DNS for STARTTLS.
            var address = InetAddress.getByAddress(
                    smtp.host(), InetAddress.getByName(smtp.host()).getAddress());
            var socket = new Socket();
            socket.connect(new InetSocketAddress(address, smtp.port()), (int)
                    timeouts.connect().toMillis());
            socket.setSoTimeout((int) timeouts.answer().toMillis());
            return socket;
        } catch (IOException e) {
            throw new MessagingException(
                    "SMTP at %s:%d is away: %s".formatted(smtp.host(), smtp.port(), e.getMessage()));
        }
    }

    /** TLS from the start, for smtps. */
    private static Socket secured(Socket socket, SmtpUrl smtp) throws MessagingException {
        try {
            var factory = (SSLSocketFactory) SSLSocketFactory.getDefault();
            var secured = (SSLSocket) factory.createSocket(socket, smtp.host(), smtp.port(), true);
            var parameters = secured.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            secured.setSSLParameters(parameters);
            secured.startHandshake();
            return secured;
        } catch (IOException e) {
            close(socket);
            throw new MessagingException("no TLS with %s:%d: %s".formatted(smtp.host(), smtp.port(), e.getMessage()));
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // the socket is no longer needed
        }
    }
}
