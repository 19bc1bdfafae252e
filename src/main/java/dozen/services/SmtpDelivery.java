package dozen.services;

import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.URLName;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.Socket;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPTransport;

/**
 * Delivers one message on one connection, and judges the outcome by the server's answer to the end of the data. The
 * library's own exceptions hide that answer when the server hangs up after it, because they report the next command,
 * RSET.
 */
public final class SmtpDelivery extends SMTPTransport {
    private static final int TAKEN = 250;
    /** The mailbox is not there, is elsewhere, or can't have this name (RFC 5321, 4.2.3): no later try will help. */
    private static final Set<Integer> NO_SUCH_MAILBOX = Set.of(550, 551, 553);
    /**
     * RFC 3463: among the enhanced status codes, 5.1 is about the address and 5.2.1 about the mailbox; others are about
     * policy.
     */
    private static final Pattern OTHER_REASON = Pattern.compile("\\b5\\d\\d[ -]+5\\.(?!1\\.|2\\.1\\b)\\d+\\.\\d+");

    /** The message was refused and is not on its way. */
    public static final class Refused extends MessagingException {
        private final boolean hopeless;

        Refused(String answer, boolean hopeless) {
            super(answer);
            this.hopeless = hopeless;
        }

        /** Tells whether no mail can ever be sent to this recipient. */
        public boolean isHopeless() {
            return hopeless;
        }
    }

    private final Runnable beforeTheEnd;
    private boolean ending;
    private int answer;
    private String answerText = "";

    SmtpDelivery(Session session, Runnable beforeTheEnd) {
        super(session, new URLName("smtp", null, -1, null, null, null));
        this.beforeTheEnd = beforeTheEnd;
    }

    void send(MimeMessage message, Socket socket) throws MessagingException {
        try {
            connect(socket);
            sendMessage(message, message.getAllRecipients());
        } catch (MessagingException e) {
            if (answer != TAKEN) throw judged(e);
        } finally {
            hangUp();
        }
    }

    private MessagingException judged(MessagingException failure) {
        if (answer >= 400) return new Refused(answerText.strip(), false);
        for (Exception e = failure; e instanceof MessagingException each; e = each.getNextException()) {
            if (e instanceof SMTPAddressFailedException recipient) {
                var answerText = text(recipient);
                var unknown = NO_SUCH_MAILBOX.contains(recipient.getReturnCode());
                return new Refused(
                        answerText, unknown && !OTHER_REASON.matcher(answerText).find());
            }
            if (e instanceof SMTPSendFailedException && !ending) return new Refused(text(each), false);
        }
        return failure;
    }

    private static String text(MessagingException failure) {
        return String.valueOf(failure.getMessage()).strip();
    }

    private void hangUp() {
        try {
            close();
        } catch (MessagingException e) {
            // the outcome is known by now
        }
    }

    /** Sends the dot that ends the message. */
    @Override
    protected void finishData() throws IOException, MessagingException {
        beforeTheEnd.run();
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
