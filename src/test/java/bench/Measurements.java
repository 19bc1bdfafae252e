package bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Holds one server's figures: its start and slowest requests (p99) in ms, memory in MiB, and requests per second. */
final class Measurements {
    static final int CONNECTIONS = 32;

    private static final Duration WARM_UP = Duration.ofSeconds(8);
    private static final Duration MEASURED = Duration.ofSeconds(4);

    final List<Double> start = new ArrayList<>();
    final List<Double> memory = new ArrayList<>();
    final Map<String, List<Double>> perSecond = new LinkedHashMap<>();
    final Map<String, List<Double>> slowest = new LinkedHashMap<>();

    void measure(WebProcess web, String what, Supplier<String> paths) throws InterruptedException {
        Load.run(web.port, CONNECTIONS, WARM_UP, paths);
        var load = Load.run(web.port, CONNECTIONS, MEASURED, paths);
        if (load.failed() > 0) throw new IllegalStateException(what + ": " + load.failed() + " failed");
        perSecond.computeIfAbsent(what, _ -> new ArrayList<>()).add(load.perSecond());
        slowest.computeIfAbsent(what, _ -> new ArrayList<>()).add(load.milliseconds(99));
    }

    static double median(List<Double> values) {
        var sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        return Arrays.stream(sorted).skip(sorted.length / 2).findFirst().orElseThrow();
    }
}
