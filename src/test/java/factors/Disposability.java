package factors;

import static factors.Factor.expect;

import factors.Declarations.Person;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** IX: quick to start, graceful to stop, and nothing is lost when killed. */
final class Disposability {
    /** Two cores hash this many passwords at once. A third request would wait, and be refused after a while. */
    private static final int CONCURRENCY = 2;

    private static final int JOBS = 20;
    private static final int MAX_START_MS = 10_000;

    private Disposability() {}

    static String observe(Subject subject) throws Exception {
        var start = start(subject);
        var stop = stop(subject);
        var again = subject.killed();
        return "ready after %d ms; SIGTERM amid %d slow requests: all answered, ended after %d ms; a killed worker's jobs done after %d s"
                .formatted(start, CONCURRENCY, stop, again);
    }

    private static long start(Subject subject) throws Exception {
        var begin = System.nanoTime();
        try (var web = App.startPlain(subject.deploy(), List.of("-jar", App.JAR.toString()), "web")) {
            expect(
                    subject.visitor(web).get("/health/ready", "").statusCode() == 200,
                    "it is not ready when it listens");
            var ms = (System.nanoTime() - begin) / 1_000_000;
            expect(ms < MAX_START_MS, "it was ready after %d ms", ms);
            return ms;
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
                    throw new Factor.Broken("a request in flight was dropped: " + e.getCause());
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
            Subject.await(
                    20, "a worker runs", () -> String.join("", victim.out()).contains("jobs at once"));
            var visitor = subject.visitor(web);
            for (var i = 1; i <= JOBS; i++) visitor.signUp(Person.number("disposability", i));
            victim.kill();
            var begin = System.nanoTime();
            try (var _ = subject.start(settings, "worker")) {
                Subject.await(
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
}
