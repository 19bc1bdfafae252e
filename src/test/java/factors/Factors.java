package factors;

import dev.Machine;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Proves the twelve factors on the built artifact in this folder, from outside; prints a table, and writes the same to
 * target/factors.html. The text of each factor is on 12factor.net.
 */
public final class Factors {
    private static final Path PAGE = Path.of("target/factors.html");

    static final List<Factor> ALL = List.of(
            new Factor("I", "Codebase", "three deploys of one artifact, side by side", Deploys::codebase),
            new Factor(
                    "II",
                    "Dependencies",
                    "run with nothing around it; read what is declared",
                    Surroundings::dependencies),
            new Factor("III", "Config", "planted secrets, files and properties", Surroundings::config),
            new Factor("IV", "Backing services", "each swapped for another", AttachedServices::backingServices),
            new Factor(
                    "V",
                    "Build, release, run",
                    "released twice, twice at once, and rolled back",
                    Deploys::buildReleaseRun),
            new Factor("VI", "Processes", "killed in turn, without stickiness", ManyProcesses::processes),
            new Factor("VII", "Port binding", "a given port, two free ones, a taken one", OneProcess::portBinding),
            new Factor("VIII", "Concurrency", "1, 2 and 4 of each process type", ManyProcesses::concurrency),
            new Factor(
                    "IX",
                    "Disposability",
                    "started, stopped in mid-request, killed in mid-job",
                    OneProcess::disposability),
            new Factor("X", "Dev/prod parity", "versions of engines compared", AttachedServices::parity),
            new Factor("XI", "Logs", "every line and every open file looked at", OneProcess::logs),
            new Factor("XII", "Admin processes", "a task and a console on a running release", Deploys::adminProcesses));

    /**
     * One of the twelve factors, and its proof.
     *
     * @param experiment what is done to the artifact
     */
    record Factor(String numeral, String name, String experiment, Proof proof) {
        private Outcome prove(Subject subject) {
            var start = System.nanoTime();
            String observation;
            var passed = false;
            try {
                observation = proof.observe(subject);
                passed = true;
            } catch (Broken e) {
                observation = e.getMessage();
            } catch (Exception | AssertionError e) {
                if (e instanceof InterruptedException) Thread.currentThread().interrupt();
                observation = e.toString();
            }
            var seconds = (System.nanoTime() - start) / 1e9;
            return new Outcome(this, observation.lines().findFirst().orElse(""), passed, seconds);
        }
    }

    /** Returns what was seen; throws when the factor does not hold. */
    @FunctionalInterface
    interface Proof {
        String observe(Subject subject) throws Exception;
    }

    /** @param observation what was seen; after a failure, what was seen instead */
    private record Outcome(Factor factor, String observation, boolean passed, double seconds) {}

    /** The artifact did not do what the factor asks for. */
    static final class Broken extends RuntimeException {
        Broken(String message) {
            super(message, null, false, false);
        }
    }

    static void expect(boolean holds, String otherwise, Object... values) {
        if (!holds) throw new Broken(otherwise.formatted(values));
    }

    private Factors() {}

    /**
     * Exits with 0 when each factor holds, otherwise with 1.
     *
     * @param arguments the numerals of the factors to prove; all when none is given
     */
    public static void main(String... arguments) throws Exception {
        Machine.log("off");
        var wanted = Arrays.asList(arguments);
        var outcomes = new ArrayList<Outcome>();
        try (var subject = new Subject()) {
            System.setErr(
                    new PrintStream(OutputStream.nullOutputStream())); // test servers write there about killed clients
            var chosen = ALL.stream()
                    .filter(factor -> wanted.isEmpty() || wanted.contains(factor.numeral()))
                    .toList();
            if (chosen.stream().anyMatch(factor -> factor.numeral().equals("IX"))) subject.killAWorker();
            for (var factor : chosen) {
                var outcome = factor.prove(subject);
                outcomes.add(outcome);
                System.out.printf(
                        "%-4s %-20s %s  %5.1f s  %s: %s%n",
                        factor.numeral(),
                        factor.name(),
                        outcome.passed() ? "pass" : "FAIL",
                        outcome.seconds(),
                        factor.experiment(),
                        outcome.observation());
            }
        }
        write(outcomes);
        System.out.println("the same as a page: " + PAGE);
        System.exit(outcomes.stream().allMatch(Outcome::passed) ? 0 : 1);
    }

    private static void write(List<Outcome> outcomes) throws IOException {
        var rows = new StringBuilder();
        for (var outcome : outcomes) {
            rows.append("<tr class=%s><th>%s<td>%s<td>%s<td>%s<td>%s<td>%.1f s\n"
                    .formatted(
                            outcome.passed() ? "pass" : "fail",
                            outcome.factor().numeral(),
                            outcome.factor().name(),
                            outcome.factor().experiment(),
                            escape(outcome.observation()),
                            outcome.passed() ? "pass" : "fail",
                            outcome.seconds()));
        }
        Files.writeString(
                PAGE, """
                <!doctype html>
                <html lang="en">
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Twelve factors</title>
                <style>
                body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
                table { border-collapse: collapse } th, td { border-bottom: 1px solid #ccc; padding: .5rem; text-align: left; vertical-align: top }
                .pass td:nth-of-type(4) { color: #166534 } .fail td:nth-of-type(4) { color: #b91c1c; font-weight: bold }
                </style>
                <h1>Twelve factors</h1>
                <p>%d of %d hold, by experiment on the built artifact.</p>
                <table>
                <thead><tr><th><th>Factor<th>What was done<th>What was seen<th><th>Took</thead>
                <tbody>
                %s</tbody>
                </table>
                """.formatted(outcomes.stream().filter(Outcome::passed).count(), outcomes.size(), rows));
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
