package factors;

import static factors.Factors.expect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.Machine;
import factors.Declarations.Person;
import factors.Factors.Broken;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** The proofs about a single process: its port, its start and its end, what it writes. */
final class OneProcess {
    /** Two cores hash this many passwords at once. A third request would wait, and be refused after a while. */
    private static final int CONCURRENCY = 2;

    private static final int JOBS = 20;
    private static final int MAX_START_MS = 10_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private OneProcess() {}

    /** VII: the service is exported by binding a port. */
    static String portBinding(Subject subject) throws Exception {
        var settings = subject.deploy();
        var given = Machine.freePort();
        try (var fixed = subject.start(Subject.with(settings, "PORT", String.valueOf(given)), "web");
                var free = subject.start(settings, "web");
                var another = subject.start(settings, "web")) {
            expect(fixed.port() == given, "PORT is %d, but it listens on %d", given, fixed.port());
            expect(free.port() != another.port(), "two with PORT=0 share a port");
            for (var web : new App[] {fixed, free, another}) {
                expect(subject.visitor(web).get("/health", "").statusCode() == 200, "it does not answer by itself");
                expect(listening(web.pid()).equals(Set.of(web.port())), "it listens on %s", listening(web.pid()));
            }
            try (var taken = subject.start(Subject.with(settings, "PORT", String.valueOf(given)), "web")) {
                expect(
                        taken.exitCode() == 69 && taken.err().size() == 1,
                        "a taken port ends with %d",
                        taken.exitCode());
            }
            return "the given port %d and two free ones at once, nothing else listens; a taken port is refused in one line"
                    .formatted(given);
        }
    }

    /** The ports that a process listens on, as the kernel lists them in /proc. */
    private static Set<Integer> listening(long pid) throws Exception {
        var sockets = new HashSet<String>();
        try (var open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (var each : (Iterable<Path>) open::iterator) {
                var target = Files.readSymbolicLink(each).toString();
                if (target.startsWith("socket:[")) sockets.add(target.replaceAll("\\D", ""));
            }
        }
        var ports = new HashSet<Integer>();
        for (var table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
            for (var line : Files.readAllLines(Path.of(table))) {
                var columns = line.strip().split("\\s+");
                if (!columns[3].equals("0A") || !sockets.contains(columns[9])) continue;
                ports.add(Integer.parseInt(columns[1].substring(columns[1].indexOf(':') + 1), 16));
            }
        }
        return ports;
    }

    /** IX: quick to start, graceful to stop, and nothing is lost when killed. */
    static String disposability(Subject subject) throws Exception {
        var start = start(subject);
        var stop = stop(subject);
        var again = subject.killed();
        return "ready after %d ms; SIGTERM amid %d slow requests: all answered, ended after %d ms; a killed worker's jobs done after %d s"
                .formatted(start, CONCURRENCY, stop, again);
    }

    /** The quickest of up to three starts, because a machine that does much else may hold up one of them. */
    private static long start(Subject subject) throws Exception {
        var settings = subject.deploy();
        var quickest = Long.MAX_VALUE;
        for (var i = 0; i < 3 && quickest >= MAX_START_MS; i++) {
            quickest = Math.min(quickest, startOnce(subject, settings));
        }
        expect(quickest < MAX_START_MS, "it was ready after %d ms", quickest);
        return quickest;
    }

    private static long startOnce(Subject subject, Map<String, String> settings) throws Exception {
        var begin = System.nanoTime();
        try (var web = App.startPlain(settings, List.of("-jar", App.JAR.toString()), "web")) {
            expect(
                    subject.visitor(web).get("/health/ready", "").statusCode() == 200,
                    "it is not ready when it listens");
            return (System.nanoTime() - begin) / 1_000_000;
        }
    }

    /** Log-ins whose passwords take long to hash are slow requests in any application. */
    private static long stop(Subject subject) throws Exception {
        var slow = Subject.with(subject.deploy(), "ARGON2_MEMORY_KIB", "65536", "ARGON2_ITERATIONS", "10");
        try (var web = subject.start(slow, "web");
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var visitor = subject.visitor(web);
            var somebody = Person.number("disposability", 0);
            visitor.signUp(somebody);
            var answers = new ArrayList<Future<HttpResponse<String>>>();
            Callable<HttpResponse<String>> logIn = () -> visitor.tryLogIn(somebody);
            for (var i = 0; i < CONCURRENCY; i++) answers.add(threads.submit(logIn));
            Thread.sleep(500);
            expect(answers.stream().noneMatch(Future::isDone), "the requests were too quick to be cut");
            var begin = System.nanoTime();
            web.terminate();
            for (var answer : answers) {
                try {
                    expect(
                            answer.get().statusCode() == 201,
                            "a request in flight got %d",
                            answer.get().statusCode());
                } catch (ExecutionException e) {
                    throw new Broken("a request in flight was dropped: " + e.getCause());
                }
            }
            expect(List.of(0, 143).contains(web.exitCode()), "it ended with %d", web.exitCode());
            return (System.nanoTime() - begin) / 1_000_000;
        }
    }

    /** Kills a worker with SIGKILL while it works. Returns after how many seconds another one has done the rest. */
    static long kill(Subject subject) throws Exception {
        Map<String, String> settings = Subject.with(subject.deploy(), "WORKER_THREADS", "4");
        try (var web = subject.start(settings, "web");
                var victim = subject.start(settings, "worker")) {
            victim.awaitLine("jobs at once");
            var visitor = subject.visitor(web);
            for (var i = 1; i <= JOBS; i++) visitor.signUp(Person.number("disposability", i));
            victim.kill();
            var begin = System.nanoTime();
            try (var _ = subject.start(settings, "worker")) {
                Machine.await(
                        70, "no job is left", () -> jobsLeft(subject, settings).isEmpty());
                return (System.nanoTime() - begin) / 1_000_000_000;
            }
        }
    }

    /** The lines of the task list-jobs about this job type. There are none when all jobs are done and none is dead. */
    private static List<String> jobsLeft(Subject subject, Map<String, String> settings) throws Exception {
        Thread.sleep(500);
        try (var list = subject.start(settings, "task", "list-jobs")) {
            expect(list.exitCode() == 0, "list-jobs failed");
            return list.out().stream()
                    .filter(line -> line.contains(subject.declared.job()))
                    .toList();
        }
    }

    /** XI: logs are a stream of events on standard output. */
    static String logs(Subject subject) throws Exception {
        var settings = Subject.with(subject.deploy(), "LOG_FORMAT", "json");
        var lines = 0;
        try (var web = subject.start(settings, "web");
                var worker = subject.start(settings, "worker");
                var scheduler = subject.start(settings, "scheduler")) {
            var visitor = subject.visitor(web);
            for (var i = 0; i < 20; i++) visitor.get("/health", "");
            visitor.signUp(Person.number("logs", 1));
            var known = web.out().size();
            visitor.get("/health?unbuffered", "");
            Machine.await(
                    60,
                    "a request's line comes while the process runs",
                    () -> web.out().size() > known);
            Machine.await(
                    60, "the job is told", () -> String.join("", worker.out()).contains(subject.declared.job()));
            Machine.await(
                    60,
                    "the tick is told",
                    () -> String.join("", scheduler.out())
                            .contains(subject.declared.tick().name()));
            for (var process : List.of(web, worker, scheduler)) {
                var written = Subject.writtenBy(process.pid());
                expect(written.isEmpty(), "it writes to files: %s", written);
                process.terminate();
                process.exitCode();
                expect(process.err().isEmpty(), "it writes to stderr: %s", process.err());
                lines += events(process.out());
            }
        }
        return "%d lines of three process types: each one JSON event, in the order of time, at once; no file is written"
                .formatted(lines);
    }

    private static int events(List<String> lines) {
        var last = Instant.EPOCH;
        for (var line : lines) {
            try {
                var event = JSON.readTree(line);
                expect(
                        event.hasNonNull("time") && event.hasNonNull("message"),
                        "a line without time or message: %s",
                        line);
                var time = Instant.parse(event.get("time").asText());
                // A thread stamps an event before it writes it, so events may be up to 50 ms out of order.
                expect(!time.isBefore(last.minusMillis(50)), "events out of order at %s", time);
                last = time;
            } catch (JsonProcessingException e) {
                expect(false, "a line is no event: %s", line);
            }
        }
        return lines.size();
    }
}
