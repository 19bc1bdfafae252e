package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.RunningAcademy;
import academy.courses.MadeCourse;
import dev.MailCatcher;
import dev.TestServices;
import dozen.config.Env;
import dozen.files.FileStorage;
import dozen.testing.TestApp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each backing service is stopped, slowed down, or cut off in the middle of its answers while requests come, and then
 * restored. A request that fails gets 503, the others go on, all is well within 10 s, and nothing that was acknowledged
 * is lost but one mail at the most.
 */
@Tag("long")
class FaultsIT {
    private static final int FAULT_MS = 4000;
    private static final int LESSONS = 250;
    private static final int MAX_RECOVERY_MS = 10_000;

    enum Fault {
        STOPPED(proxy -> proxy.refuse(true), proxy -> proxy.refuse(false)),
        SLOW(proxy -> proxy.delay(500), proxy -> proxy.delay(0)),
        CUT(proxy -> proxy.cutAnswers(true), proxy -> proxy.cutAnswers(false));

        private final Consumer<Proxy> begin;
        private final Consumer<Proxy> end;

        Fault(Consumer<Proxy> begin, Consumer<Proxy> end) {
            this.begin = begin;
            this.end = end;
        }
    }

    /** One attempt. Returns its id when it was acknowledged, null when it was refused with 503. */
    @FunctionalInterface
    private interface Attempt {
        String run(int number) throws Exception;
    }

    private final ConcurrentLinkedQueue<String> acknowledged = new ConcurrentLinkedQueue<>();
    private final AtomicInteger numbers = new AtomicInteger();
    private final AtomicInteger tries = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final ConcurrentLinkedQueue<Throwable> faults = new ConcurrentLinkedQueue<>();

    /** Repeats the attempt in several threads while the fault lasts. Returns how many ms after its end all was well. */
    private long runDuringFault(Fault fault, Proxy proxy, int threads, Attempt what) throws Exception {
        try (var askers = Executors.newVirtualThreadPerTaskExecutor()) {
            var end = System.nanoTime() + (FAULT_MS + 1000) * 1_000_000L;
            for (var i = 0; i < threads; i++) {
                askers.submit(() -> {
                    while (System.nanoTime() < end && faults.isEmpty()) {
                        ask(what);
                        Thread.sleep(20); // leaves time to the tests that run beside it
                    }
                    return null;
                });
            }
            Thread.sleep(1000);
            fault.begin.accept(proxy);
            Thread.sleep(FAULT_MS);
            fault.end.accept(proxy);
        }
        var back = System.nanoTime();
        for (var well = 0; well < 5; ) {
            well = ask(what) ? well + 1 : 0;
            assertTrue(
                    System.nanoTime() - back < MAX_RECOVERY_MS * 1_000_000L,
                    "not well after " + MAX_RECOVERY_MS + " ms");
        }
        assertEquals(List.of(), List.copyOf(faults));
        return (System.nanoTime() - back) / 1_000_000;
    }

    private boolean ask(Attempt what) {
        try {
            tries.incrementAndGet();
            var id = what.run(numbers.incrementAndGet());
            if (id == null) refusals.incrementAndGet();
            else acknowledged.add(id);
            return id != null;
        } catch (Throwable e) {
            faults.add(e);
            return false;
        }
    }

    private void report(String service, Fault fault, long recovered, long lost) {
        System.out.printf(
                "faults: %s %s for %d s: %d requests, %.0f %% refused with 503, nothing else; well again after %d ms;"
                        + " %d acknowledged, %d of them lost%n",
                service,
                fault.name().toLowerCase(),
                FAULT_MS / 1000,
                tries.get(),
                100.0 * refusals.get() / tries.get(),
                recovered,
                acknowledged.size(),
                lost);
    }

    private static Map<String, String> cheap(Map<String, String> more) {
        var settings = new HashMap<>(Map.of("ARGON2_MEMORY_KIB", "7168", "ARGON2_ITERATIONS", "1"));
        settings.putAll(more);
        return settings;
    }

    private static String signUp(TestApp app, int number) {
        var email = "f%d@example.com".formatted(number);
        var answer =
                app.post("/api/accounts", Map.of("email", email, "password", RunningAcademy.PASSWORD, "name", "F"));
        return answer.status() == 503 ? null : answer.is(201).text("/id");
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT) // the tests run beside each other only; each waits half of the time
    @EnumSource
    void postgres(Fault fault) throws Exception {
        var services = TestServices.shared();
        var direct = services.newDatabase();
        try (var proxy = new Proxy(() -> services.postgres().port());
                var app = RunningAcademy.start(cheap(Map.of("DATABASE_URL", through(direct, proxy))))) {
            var recovered = runDuringFault(fault, proxy, 4, number -> signUp(app, number));
            var lost = acknowledged.stream().filter(id -> read(app, id) != 200).count();
            report("PostgreSQL", fault, recovered, lost);
            assertEquals(0, lost);
        }
    }

    /** The same address with the port of the proxy. */
    private static String through(String url, Proxy proxy) {
        var port = URI.create(url).getPort();
        return url.replace(":" + port, ":" + proxy.port());
    }

    private static int read(TestApp app, String id) {
        return app.get("/api/users/" + id).status();
    }

    /** Sign-ups and cached reads need no Redis: PostgreSQL has every acknowledged sign-up, and the job for its mail. */
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT) // the tests run beside each other only; each waits half of the time
    @EnumSource
    void redis(Fault fault) throws Exception {
        var services = TestServices.shared();
        try (var proxy = new Proxy(() -> services.redis().port());
                var app = RunningAcademy.start(cheap(Map.of("REDIS_URL", "redis://127.0.0.1:" + proxy.port())))) {
            var recovered = runDuringFault(fault, proxy, 4, number -> {
                var id = signUp(app, number);
                if (id != null) assertEquals(200, read(app, id));
                return id;
            });
            var lost = acknowledged.size() - app.count("SELECT count(*) FROM jobs WHERE task_name = 'SendWelcomeMail'");
            report("Redis", fault, recovered, lost);
            assertEquals(0, lost);
        }
    }

    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT) // the tests run beside each other only; each waits half of the time
    @EnumSource
    void files(Fault fault) throws Exception {
        var s3 = TestServices.shared().s3();
        var endpoint = s3.settings().get("AWS_ENDPOINT_URL_S3");
        try (var proxy = new Proxy(() -> URI.create(endpoint).getPort());
                var app = RunningAcademy.withFiles(cheap(Map.of("AWS_ENDPOINT_URL_S3", through(endpoint, proxy))))) {
            var lessons = MadeCourse.in(app, "Films", LESSONS).lessons();
            var admin = app.as("admin@example.com");
            var film = new byte[100_000];
            var recovered = runDuringFault(fault, proxy, 2, number -> {
                Thread.sleep(100);
                var lesson = lessons.get(number); // a lesson has one film, and a second would replace it
                var answer = admin.send(admin.request("/api/lessons/" + lesson + "/video")
                        .header("Content-Type", "video/mp4")
                        .PUT(BodyPublishers.ofByteArray(film)));
                return answer.status() == 503 ? null : answer.is(202).text("/video/id");
            });
            var lost = 0;
            var settings = FileStorage.Settings.read(new Env(app.environment()));
            var storage = new FileStorage(settings.orElseThrow());
            for (var id : acknowledged) if (size(storage, original(app, id)) != film.length) lost++;
            report("S3", fault, recovered, lost);
            assertEquals(0, lost);
        }
    }

    private static long size(FileStorage storage, String name) throws IOException {
        var copy = Files.createTempFile("stored", null);
        try {
            storage.download(name, copy);
            return Files.size(copy);
        } finally {
            Files.delete(copy);
        }
    }

    private static String original(TestApp app, String id) {
        var query = "SELECT folder || '/source' FROM videos WHERE id = ?::uuid";
        return app.jdbi()
                .withHandle(
                        handle -> handle.select(query, id).mapTo(String.class).one());
    }

    /** No request waits for a mail: a job sends it, and retries. */
    @ParameterizedTest
    @Execution(ExecutionMode.CONCURRENT) // the tests run beside each other only; each waits half of the time
    @EnumSource
    void mail(Fault fault) throws Exception {
        var smtp = MailCatcher.startSmtp();
        try (var proxy = new Proxy(() -> smtp.getSmtp().getPort());
                var app = RunningAcademy.start(cheap(Map.of("SMTP_URL", "smtp://127.0.0.1:" + proxy.port())))) {
            app.startWorker();
            var recovered = runDuringFault(fault, proxy, 1, number -> {
                Thread.sleep(200);
                return signUp(app, number);
            });
            var start = System.nanoTime();
            smtp.waitForIncomingEmail(60_000, acknowledged.size());
            var addresses = new ArrayList<String>();
            for (var mail : smtp.getReceivedMessages()) addresses.add(mail.getAllRecipients()[0].toString());
            report(
                    "SMTP",
                    fault,
                    recovered,
                    acknowledged.size() - addresses.stream().distinct().count());
            System.out.printf(
                    "faults: the last mail arrived %d s later%n", (System.nanoTime() - start) / 1_000_000_000);
            assertEquals(addresses.size(), addresses.stream().distinct().count(), "a mail came twice");
            assertTrue(addresses.size() >= acknowledged.size() - 1, addresses.size() + " of " + acknowledged.size());
        } finally {
            smtp.stop();
        }
    }
}
