package bench;

import dozen.config.Secret;
import dozen.http.Json;
import dozen.pages.Resources;
import dozen.security.Signer;
import java.util.Collections;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** JMH benchmarks of the parts that many requests have in common: time and allocated bytes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PartsBench {
    public record User(UUID id, String name) {}

    private final User user = new User(UUID.randomUUID(), "Zoë Müller");
    private final byte[] body =
            "{\"id\":\"%s\",\"name\":\"Zoë\"}".formatted(user.id()).getBytes();
    private final Signer signer = new Signer(new Secret("0123456789abcdef0123456789abcdef"));
    private final Map<String, Object> catalogue = Map.of(
            "assets",
            "/assets/0",
            "sessionsUnavailable",
            false,
            "q",
            "",
            "first",
            false,
            "next",
            false,
            "courses",
            Collections.nCopies(
                    20,
                    Map.of(
                            "id",
                            user.id(),
                            "title",
                            "A title",
                            "summary",
                            "A summary of it",
                            "subject",
                            "Databases",
                            "level",
                            "Beginner")));

    public static void main(String... arguments) throws RunnerException {
        new Runner(new OptionsBuilder()
                        .include(PartsBench.class.getName())
                        .forks(1)
                        .warmupIterations(3)
                        .warmupTime(TimeValue.seconds(1))
                        .measurementIterations(5)
                        .measurementTime(TimeValue.seconds(1))
                        .addProfiler(GCProfiler.class)
                        .resultFormat(ResultFormatType.JSON)
                        .result("target/bench/parts.json")
                        .build())
                .run();
    }

    @Benchmark
    public byte[] jsonOfARecord() throws Exception {
        return Json.MAPPER.writeValueAsBytes(user);
    }

    @Benchmark
    public User recordFromJson() throws Exception {
        return Json.MAPPER.readValue(body, User.class);
    }

    @Benchmark
    public String signatureOfALink() {
        return signer.sign("unsubscribe", user.name());
    }

    @Benchmark
    public String pageOfTwentyCourses() {
        return Resources.render("courses/catalogue.html", catalogue);
    }
}
