package factors;

import factors.Factor.Outcome;
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
            new Factor("I", "Codebase", "three deploys of one artifact, side by side", Codebase::observe),
            new Factor(
                    "II", "Dependencies", "run with nothing around it; read what is declared", Dependencies::observe),
            new Factor("III", "Config", "planted secrets, files and properties", Config::observe),
            new Factor("IV", "Backing services", "each swapped for another", BackingServices::observe),
            new Factor(
                    "V",
                    "Build, release, run",
                    "released twice, twice at once, and rolled back",
                    BuildReleaseRun::observe),
            new Factor("VI", "Processes", "killed in turn, without stickiness", Processes::observe),
            new Factor("VII", "Port binding", "a given port, two free ones, a taken one", PortBinding::observe),
            new Factor("VIII", "Concurrency", "1, 2 and 4 of each process type", Concurrency::observe),
            new Factor(
                    "IX",
                    "Disposability",
                    "started, stopped in mid-request, killed in mid-job",
                    Disposability::observe),
            new Factor("X", "Dev/prod parity", "versions of engines compared", Parity::observe),
            new Factor("XI", "Logs", "every line and every open file looked at", Logs::observe),
            new Factor("XII", "Admin processes", "a task and a console on a running release", AdminProcesses::observe));

    private Factors() {}

    /**
     * Exits with 0 when each factor holds, otherwise with 1.
     *
     * @param arguments the numerals of the factors to prove; all when none is given
     */
    public static void main(String... arguments) throws Exception {
        System.setProperty("slf4j.internal.verbosity", "WARN");
        System.setProperty("slf4j.provider", "org.slf4j.simple.SimpleServiceProvider");
        System.setProperty("org.slf4j.simpleLogger.defaultLogLevel", "off");
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
