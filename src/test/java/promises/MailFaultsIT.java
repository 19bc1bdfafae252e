package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;

import academy.RunningAcademy;
import dev.FaultySmtp;
import dev.FaultySmtp.Fault;
import dev.FaultySmtp.Step;
import dev.MailCatcher;
import dozen.config.WebAddress;
import dozen.jobs.Job;
import dozen.mail.Mailer;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sends hundreds of letters to a mail server that fails half of the time, in every way and at every step. */
@Tag("long")
class MailFaultsIT {
    private static final int LETTERS = 500;
    private static final int[] ANSWERS = {421, 450, 452, 550, 554, Fault.SILENCE};
    private static final Duration SHORT = Duration.ofSeconds(1);

    private final Random random = new Random(14);
    private final AtomicInteger failures = new AtomicInteger();

    /** A random fault or null. 550 for the recipient is left out: such a letter is given up, see RefusedMailsTest. */
    private synchronized Fault fault() {
        if (random.nextBoolean()) return null;
        var step = Step.values()[random.nextInt(Step.values().length)];
        var code = ANSWERS[random.nextInt(ANSWERS.length)];
        return step == Step.RCPT && code == 550 ? null : new Fault(step, code);
    }

    @Test
    void noLetterIsLostOrSentTwice() throws Exception {
        var smtp = MailCatcher.startSmtp();
        try (var server = new FaultySmtp(smtp.getSmtp().getPort(), this::fault);
                var app = RunningAcademy.start();
                var threads = Executors.newFixedThreadPool(16)) {
            var settings = new Mailer.Settings(
                    Optional.of(Mailer.Settings.smtp(server.url())),
                    new InternetAddress("hi@example.com"),
                    Mailer.StartTls.AUTO,
                    0,
                    SHORT);
            var mailer = new Mailer("Test", app.jdbi(), null, settings, WebAddress.base("http://localhost"));
            var work = new ArrayList<Callable<Void>>();
            for (var i = 0; i < LETTERS; i++) {
                var number = i;
                work.add(() -> {
                    sendUntilDone(mailer, number);
                    return null;
                });
            }
            for (var each : threads.invokeAll(work)) each.get();
            var addresses = new ArrayList<String>();
            for (var message : smtp.getReceivedMessages()) addresses.add(message.getAllRecipients()[0].toString());
            System.out.printf(
                    "mail faults: %d letters, %d failed tries, %d arrived, %d twice%n",
                    LETTERS, failures.get(), addresses.size(), addresses.size() - new HashSet<>(addresses).size());
            assertEquals(LETTERS, addresses.size());
            assertEquals(LETTERS, new HashSet<>(addresses).size());
        } finally {
            smtp.stop();
        }
    }

    /** Retries as jobs and the task retry-jobs would, without the pauses between the attempts. */
    private void sendUntilDone(Mailer mailer, int number) {
        for (var tries = 0; tries < 40; tries++) {
            try {
                var to = new Mailer.Recipient("l%d@example.com".formatted(number), "L");
                mailer.send(to, "fault-" + number, "mails/test", "A test", Map.of());
                return;
            } catch (MessagingException | Job.PermanentFailure e) {
                failures.incrementAndGet();
            }
        }
        throw new AssertionError("never sent: " + number + List.of());
    }
}
