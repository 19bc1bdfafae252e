package bench;

import static bench.Measurements.CONNECTIONS;
import static bench.Measurements.median;

import dev.TestServices;
import dozen.logging.Logging;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.slf4j.event.Level;

/**
 * Compares the web of this tree with that of another commit, which was built in a folder of its own. Each has a database
 * that its own release made. Every round starts both anew, so that a compiler's chance decision counts in one round
 * alone, and asks them in turns of half a second, so that what else the machine does slows both. The exit code is 1 when
 * this tree lost a fifth of the same speed in every round.
 */
final class CompareBench {
    private static final int ROUNDS = 3;
    private static final Duration TURN = Duration.ofMillis(500);
    private static final double LOST = 0.8;

    /** A build of web, and the accounts in its database. */
    private record Build(String name, List<String> java, Map<String, String> settings, List<String> ids) {
        static Build of(String name, String tree) throws Exception {
            var services = TestServices.shared();
            var url = services.newEmptyDatabase();
            var java = WebBench.java(Path.of(tree).toAbsolutePath());
            WebProcess.run("release", services.settings(url), java);
            return new Build(name, java, services.settings(url), WebBench.addAccounts(url));
        }

        WebProcess start(String cacheSeconds) throws Exception {
            var all = new LinkedHashMap<>(settings);
            all.put("CACHE_TTL_SECONDS", cacheSeconds);
            return WebProcess.start(name, all, user(), java);
        }

        String user() {
            return "/api/users/" + WebBench.any(ids);
        }
    }

    private final Build ours;
    private final Build theirs;
    private final Duration warmUp;
    private final int turns;
    private final Map<String, List<Double>> ratios = new LinkedHashMap<>();

    private CompareBench(Build ours, Build theirs, boolean isShort) {
        this.ours = ours;
        this.theirs = theirs;
        this.warmUp = Duration.ofMillis(isShort ? 2_300 : 8_000);
        this.turns = isShort ? 4 : 12;
    }

    /** @param arguments the folder of the other build, and --short for one that takes a minute and a half */
    public static void main(String... arguments) throws Exception {
        Logging.start(Logging.Format.TEXT, Level.WARN, true, "bench", "bench", "bench");
        var isShort = arguments.length > 1 && arguments[1].equals("--short");
        var bench = new CompareBench(Build.of("this", ""), Build.of("other", arguments[0]), isShort);
        for (var round = 0; round < ROUNDS; round++) bench.round();
        System.exit(bench.hasLost() ? 1 : 0);
    }

    private void round() throws Exception {
        double start;
        try (var our = ours.start("300");
                var their = theirs.start("300")) {
            start = their.startMs / our.startMs;
            compare("/health", our, their, _ -> "/health");
            compare("cached user", our, their, Build::user);
        }
        try (var their = theirs.start("0");
                var our = ours.start("0")) {
            add("start", Math.sqrt(start * their.startMs / our.startMs));
            compare("user from PostgreSQL", our, their, Build::user);
        }
    }

    private void compare(String what, WebProcess our, WebProcess their, Function<Build, String> paths)
            throws InterruptedException {
        requests(ours, our, warmUp, paths);
        requests(theirs, their, warmUp, paths);
        double oursDone = 0;
        double theirsDone = 0;
        for (var turn = 0; turn < turns; turn++) {
            oursDone += requests(ours, our, TURN, paths);
            theirsDone += requests(theirs, their, TURN, paths);
        }
        add(what, oursDone / theirsDone);
    }

    private static double requests(Build build, WebProcess web, Duration duration, Function<Build, String> paths)
            throws InterruptedException {
        var load = Load.run(web.port, CONNECTIONS, duration, () -> paths.apply(build));
        if (load.failed() > 0) throw new IllegalStateException(load.failed() + " failed");
        return load.perSecond();
    }

    private void add(String what, double ratio) {
        ratios.computeIfAbsent(what, _ -> new ArrayList<>()).add(ratio);
    }

    private boolean hasLost() {
        System.out.printf("speed in parts of the other commit's: median of %d rounds (and each)%n", ROUNDS);
        var lost = new ArrayList<String>();
        ratios.forEach((what, each) -> {
            var texts = each.stream().map("%.2f"::formatted).toList();
            System.out.printf("%-22s %.2f (%s)%n", what, median(each), String.join(", ", texts));
            if (each.stream().allMatch(ratio -> ratio < LOST)) lost.add(what);
        });
        if (!lost.isEmpty()) System.out.println("slower by a fifth or more in every round: " + lost);
        return !lost.isEmpty();
    }
}
