package dozen.mail;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.icegreen.greenmail.util.GreenMail;
import dev.FaultySmtp;
import dev.FaultySmtp.Fault;
import dev.FaultySmtp.Step;
import dev.MailCatcher;
import dev.TestServices;
import dozen.config.WebAddress;
import dozen.jobs.Job;
import dozen.mail.Mailer.StartTls;
import dozen.services.Postgres;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.InternetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A mail server that refuses, hangs up or says nothing, at each step of a mail. */
class RefusedMailsTest {
    /** How long a mailer waits for an answer that comes, and for one that does not. */
    private static final Duration LONG = Duration.ofSeconds(30);

    private static final Duration SHORT = Duration.ofSeconds(1);

    private static GreenMail smtp;
    private static Postgres postgres;
    /** The answers by which the server refused an address for good, keyed by the address. */
    private final Map<String, String> told = new HashMap<>();

    @BeforeAll
    static void start() {
        smtp = MailCatcher.startSmtp();
        var url = Postgres.Url.parse(TestServices.shared().newDatabase());
        postgres = new Postgres(url, 4, Duration.ofSeconds(30)).connect();
    }

    @AfterAll
    static void stop() {
        postgres.close();
        smtp.stop();
    }

    private Mailer mailer(String url) throws Exception {
        return mailer(url, StartTls.AUTO, LONG);
    }

    private Mailer mailer(String url, StartTls startTls, Duration wait) throws Exception {
        var sender = new InternetAddress("Test <hi@example.com>");
        var settings = new Mailer.Settings(Optional.of(Mailer.Settings.smtp(url)), sender, startTls, 0, wait);
        var mailer = new Mailer("Test", postgres.jdbi(), null, settings, WebAddress.base("http://localhost"));
        mailer.onAnswer(told::put);
        return mailer;
    }

    static List<Arguments> faults() {
        var faults = new ArrayList<Arguments>();
        for (var step : Step.values()) {
            for (var code : new int[] {421, 450, 452, 550, 554, Fault.SILENCE}) faults.add(Arguments.of(step, code));
        }
        return faults;
    }

    @ParameterizedTest
    @MethodSource("faults")
    void theLetterArrivesOnceWhenItIsTriedAgain(Step step, int code) throws Exception {
        var faults = new ConcurrentLinkedQueue<>(List.of(new Fault(step, code)));
        var to = "r" + UUID.randomUUID() + "@example.com";
        try (var server = new FaultySmtp(smtp.getSmtp().getPort(), faults::poll)) {
            // The faulty server refuses at the end by itself. The server behind it still waits for that end, and so it
            // does not answer the command that closes the connection.
            var isSilent = code == Fault.SILENCE || step == Step.END;
            var mailer = mailer(server.url(), StartTls.AUTO, isSilent ? SHORT : LONG);
            var refusedForGood = step == Step.RCPT && code == 550;
            if (refusedForGood) send(mailer, to);
            else if (code >= 500 && step.compareTo(Step.MAIL) >= 0)
                assertThrows(Job.PermanentFailure.class, () -> send(mailer, to));
            else assertThrows(MessagingException.class, () -> send(mailer, to));
            assertEquals(refusedForGood ? "550 not now" : null, answer(to));
            var taken = step == Step.END && code == Fault.SILENCE ? 1 : 0;
            for (var i = 0; i < 500 && arrived(to) < taken; i++) Thread.sleep(20);
            assertEquals(taken, arrived(to));
            for (var i = 0; i < 2; i++) send(mailer(server.url()), to);
            assertEquals(1, arrived(to));
            assertNull(told.get(to), "a mail arrived since");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {530, 534, 535, 538})
    void aServerThatWantsALoginOrTlsFirstIsTheOperatorsToMend(int code) throws Exception {
        var faults = new ConcurrentLinkedQueue<>(List.of(new Fault(Step.MAIL, code, "5.7.0 log in first")));
        var to = "l" + UUID.randomUUID() + "@example.com";
        try (var server = new FaultySmtp(smtp.getSmtp().getPort(), faults::poll)) {
            var mailer = mailer(server.url());
            assertThrows(MessagingException.class, () -> send(mailer, to)); // and no PermanentFailure
            send(mailer, to);
            assertEquals(1, arrived(to));
        }
    }

    @Test
    void anAddressThatIsRefusedByPolicyIsNotGivenUp() throws Exception {
        var faults = new ConcurrentLinkedQueue<>(List.of(new Fault(Step.RCPT, 550, "5.7.1 relaying denied")));
        var to = "p" + UUID.randomUUID() + "@example.com";
        try (var server = new FaultySmtp(smtp.getSmtp().getPort(), faults::poll)) {
            var mailer = mailer(server.url());
            assertThrows(Job.PermanentFailure.class, () -> send(mailer, to));
            assertNull(told.get(to));
            send(mailer, to); // as the task retry-jobs does
            assertEquals(1, arrived(to));
        }
    }

    @Test
    void aServerThatStopsReadingHoldsNobodyUp() throws Exception {
        var faults = new ConcurrentLinkedQueue<>(List.of(new Fault(Step.DATA, Fault.STALLED)));
        var to = "s" + UUID.randomUUID() + "@example.com";
        var large = new Mailer.Attachment("large.bin", "application/octet-stream", new byte[20_000_000]);
        try (var server = new FaultySmtp(smtp.getSmtp().getPort(), faults::poll)) {
            var mailer = mailer(server.url(), StartTls.AUTO, SHORT);
            var failure = assertTimeoutPreemptively(
                    Duration.ofSeconds(10),
                    () -> assertThrows(MessagingException.class, () -> send(mailer, to, List.of(large))));
            assertTrue(failure.toString().contains("Write timed out"), failure.toString());
            send(mailer(server.url()), to);
            assertEquals(1, arrived(to));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"PLAIN", "LOGIN"})
    void logsInByWhatTheServerOffers(String mechanism) throws Exception {
        smtp.setUser("me@example.com", "me", "canary");
        var to = "a" + UUID.randomUUID() + "@example.com";
        try (var server =
                new FaultySmtp(smtp.getSmtp().getPort(), () -> new Fault(Step.EHLO, Fault.OFFER, mechanism))) {
            send(mailer(server.url().replace("//", "//me:canary@"), StartTls.OFFERED, LONG), to);
            assertEquals(1, arrived(to));
            assertTrue(
                    server.commands().stream().anyMatch(line -> line.startsWith("AUTH " + mechanism)),
                    server.commands().toString());
        }
    }

    @Test
    void nothingIsSentWithoutTlsWhereItIsRequired() throws Exception {
        try (var server = new FaultySmtp(smtp.getSmtp().getPort(), () -> null)) {
            var mailer = mailer(server.url(), StartTls.REQUIRED, LONG);
            assertThrows(MessagingException.class, () -> send(mailer, "tls@example.com"));
            assertFalse(server.commands().stream().anyMatch(line -> line.startsWith("MAIL")));
        }
    }

    private static void send(Mailer mailer, String to) throws MessagingException {
        send(mailer, to, List.of());
    }

    private static void send(Mailer mailer, String to, List<Mailer.Attachment> attachments) throws MessagingException {
        var recipient = new Mailer.Recipient(to, "Zoë");
        mailer.send(recipient, "test-" + to, "mails/test", "A test", Map.of(), Map.of(), attachments);
    }

    private static long arrived(String to) throws MessagingException {
        var count = 0;
        for (var mail : smtp.getReceivedMessages()) {
            if (mail.getAllRecipients()[0].toString().contains(to)) count++;
        }
        return count;
    }

    private String answer(String to) {
        return Optional.ofNullable(told.get(to)).map(String::strip).orElse(null);
    }

    @Test
    void thePasswordDoesNotGoWhereThereIsNoTls() throws Exception {
        try (var server = new FaultySmtp(smtp.getSmtp().getPort(), () -> null)) {
            var url = server.url().replace("//", "//me:canary@");
            var careful = mailer(url);
            var failure = assertThrows(MessagingException.class, () -> send(careful, "zoe@example.com"));
            assertTrue(failure.getMessage().contains("STARTTLS"), failure.getMessage());
            assertFalse(server.commands().stream().anyMatch(line -> line.startsWith("AUTH")));
            assertFalse(server.commands().stream().anyMatch(line -> line.startsWith("MAIL")));
            smtp.setUser("me@example.com", "me", "canary");
            send(mailer(url, StartTls.OFFERED, LONG), "zoe@example.com");
            assertEquals(1, arrived("zoe@example.com"));
        }
    }

    @Test
    void theServerIsGivenTheDomainAsItStandsInDns() throws Exception {
        try (var server = new FaultySmtp(smtp.getSmtp().getPort(), () -> null)) {
            mailer(server.url())
                    .send(new Mailer.Recipient("user@škoda.example", "U"), "idn", "mails/test", "A test", Map.of());
            assertTrue(
                    server.commands().contains("RCPT TO:<user@xn--koda-f6a.example>"),
                    server.commands().toString());
            // An older release accepted this address. Written as low bytes, it is admin@example.com.
            mailer(server.url())
                    .send(new Mailer.Recipient("adŭin@example.com", "A"), "utf8", "mails/test", "A test", Map.of());
            assertFalse(
                    server.commands().toString().contains("admin"),
                    server.commands().toString());
        }
    }
}
