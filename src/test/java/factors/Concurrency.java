package factors;

import static factors.Factor.expect;

import factors.Declarations.Person;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** VIII: more processes of a type share the work, and nothing is done twice. */
final class Concurrency {
    private static final int JOBS = 24;
    /**
     * The most jobs of a run. A free worker takes the next job, so with {@link #JOBS} jobs one of four may come too
     * late to get any; with this many it does not.
     */
    private static final int MAX_JOBS = 4 * JOBS;

    private static final int TICKS = 3;
    private static final Pattern DUE = Pattern.compile(" due=(\\S+)");

    private Concurrency() {}

    static String observe(Subject subject) throws Exception {
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
            for (var worker : workers) Subject.await(20, "a worker runs", () -> hasLogged(worker, "jobs at once"));
            var done = "job=" + subject.declared.job() + " ";
            var asked = 0;
            do {
                for (var i = 0; i < JOBS; i++, asked++) {
                    subject.visitor(webs.get(i % count)).signUp(Person.number("concurrency" + count + "-", asked));
                }
                var all = asked;
                Subject.await(
                        40, all + " jobs are done", () -> lines(workers, done).count() >= all);
            } while (shares(workers, done).contains(0L) && asked < MAX_JOBS);
            Subject.await(20, "ticks", () -> runsByTick(schedulers).size() >= TICKS);
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

    private static boolean hasLogged(App process, String text) {
        return lines(List.of(process), text).findAny().isPresent();
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
