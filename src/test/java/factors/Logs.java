package factors;

import static factors.Factor.expect;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import factors.Declarations.Person;
import java.time.Instant;
import java.util.List;

/** XI: logs are a stream of events on standard output. */
final class Logs {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Logs() {}

    static String observe(Subject subject) throws Exception {
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
            Subject.await(
                    2,
                    "a request's line comes while the process runs",
                    () -> web.out().size() > known);
            Subject.await(
                    20, "the job is told", () -> String.join("", worker.out()).contains(subject.declared.job()));
            Subject.await(
                    20,
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
