package factors;

import static factors.Factors.expect;

import dev.Machine;
import factors.Declarations.Person;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The proofs about several processes of a type. */
final class ManyProcesses {
    private static final int ROUNDS = 4;
    private static final int SIGN_UPS = 6;
    private static final int JOBS = 24;
    /**
     * The most jobs of a run. A free worker takes the next job, so with {@link #JOBS} jobs one of four may come too
     * late to get any; with this many it does not.
     */
    private static final int MAX_JOBS = 10 * JOBS;

    private static final int TICKS = 3;
    /** Seconds, for a machine, too, on which twenty other programs want the processors. */
    private static final int LIMIT = 120;

    private static final Pattern DUE = Pattern.compile(" due=(\\S+)");

    private ManyProcesses() {}

    /** VI: processes are stateless and share nothing. */
    static String processes(Subject subject) throws Exception {
        var folder = Files.createTempDirectory("processes");
        var settings = subject.deploy();
        var java = List.of("-Djava.io.tmpdir=" + folder, "-XX:-UsePerfData", "-jar", App.JAR.toString());
        var webs = new ArrayList<App>();
        try {
            for (var i = 0; i < 2; i++) webs.add(App.startIn(folder, settings, java, "web"));
            var cookies = new HashMap<String, String>();
            var kills = 0;
            for (var round = 0; round < ROUNDS; round++) {
                var acknowledged = load(subject, webs, round);
                webs.get(round % 2).kill();
                webs.get(round % 2).close();
                kills++;
                webs.set(round % 2, App.startIn(folder, settings, java, "web"));
                cookies.putAll(acknowledged);
                for (var web : webs) {
                    var visitor = subject.visitor(web);
                    for (var session : cookies.entrySet()) {
                        expect(visitor.read(session.getKey()) == 200, "an acknowledged sign-up is lost");
                        expect(visitor.me(session.getValue()) == 200, "a session is known to one process alone");
                    }
                }
            }
            expect(left(folder).isEmpty(), "it keeps state on the disk: %s", left(folder));
            return "%d sign-ups and log-ins through two processes in turn, %d of them killed: each process knows all; no file"
                    .formatted(cookies.size(), kills);
        } finally {
            for (var web : webs) web.close();
            Machine.delete(folder);
        }
    }

    /** Signs up at one process and logs in at the other; returns the cookies by id. */
    private static Map<String, String> load(Subject subject, List<App> webs, int round) throws Exception {
        var cookies = new HashMap<String, String>();
        for (var i = 0; i < SIGN_UPS; i++) {
            var somebody = Person.number("round" + round + "-", i);
            var id = subject.visitor(webs.get(i % 2)).signUp(somebody);
            cookies.put(id, subject.visitor(webs.get((i + 1) % 2)).logIn(somebody));
        }
        return cookies;
    }

    private static List<Path> left(Path folder) throws Exception {
        try (var files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    /** VIII: more processes of a type share the work, and nothing is done twice. */
    static String concurrency(Subject subject) throws Exception {
        var observed = new ArrayList<String>();
        for (var count : new int[] {1, 2, 4}) observed.add(with(subject, count));
        return "at least %d jobs and %d ticks each with 1, 2 and 4 of every type: shared as %s; none twice"
                .formatted(JOBS, TICKS, String.join(", ", observed));
    }

    private static String with(Subject subject, int count) throws Exception {
        var tick = subject.declared.tick();
        var settings = Subject.with(subject.deploy(), tick.setting(), "* * * * * *", "WORKER_THREADS", "2");
        var webs = new ArrayList<App>();
        var workers = new ArrayList<App>();
        var schedulers = new ArrayList<App>();
        try {
            for (var i = 0; i < count; i++) {
                webs.add(subject.start(settings, "web"));
                workers.add(subject.start(settings, "worker"));
                schedulers.add(subject.start(settings, "scheduler"));
            }
            for (var worker : workers) worker.awaitLine("jobs at once");
            var done = "job=" + subject.declared.job() + " ";
            var asked = 0;
            do {
                for (var i = 0; i < JOBS; i++, asked++) {
                    subject.visitor(webs.get(i % count)).signUp(Person.number("concurrency" + count + "-", asked));
                }
                var all = asked;
                Machine.await(
                        LIMIT,
                        all + " jobs are done",
                        () -> lines(workers, done).count() >= all);
            } while (shares(workers, done).contains(0L) && asked < MAX_JOBS);
            Machine.await(LIMIT, "ticks", () -> runsByTick(schedulers).size() >= TICKS);
            Thread.sleep(500); // gives a duplicate time to show up
            var jobs = lines(workers, done).toList();
            expect(jobs.size() == asked, "%d jobs ran %d times with %d workers", asked, jobs.size(), count);
            for (var due : runsByTick(schedulers).entrySet()) {
                expect(due.getValue() == 1, "the tick of %s happened %d times", due.getKey(), due.getValue());
            }
            var shares = shares(workers, done);
            expect(!shares.contains(0L), "the jobs were shared as %s", shares);
            return shares.stream()
                    .map(String::valueOf)
                    .reduce((one, other) -> one + "+" + other)
                    .orElse("");
        } finally {
            for (var all : List.of(webs, workers, schedulers)) for (var each : all) each.close();
        }
    }

    private static List<Long> shares(List<App> workers, String done) {
        return workers.stream()
                .map(worker -> lines(List.of(worker), done).count())
                .toList();
    }

    private static Stream<String> lines(List<App> processes, String text) {
        return processes.stream().flatMap(process -> process.out().stream()).filter(line -> line.contains(text));
    }

    private static Map<String, Integer> runsByTick(List<App> schedulers) {
        var runsByTick = new TreeMap<String, Integer>();
        lines(schedulers, " due=").forEach(line -> {
            var due = DUE.matcher(line);
            if (due.find()) runsByTick.merge(due.group(1), 1, Integer::sum);
        });
        return runsByTick;
    }
}
