package dozen.services;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Checks the attached services, and tells whether this process can serve requests. */
public final class Health {
    /** A resource that takes longer to answer a ping counts as away. */
    private static final int LIMIT_MS = 2000;

    /** Checks one resource. It throws when the resource is away. */
    @FunctionalInterface
    public interface Check {
        void run() throws Exception;
    }

    private record Resource(boolean required, Check check) {}

    /** The answer of a process that lives. */
    public record Alive(Status status) {
        public enum Status {
            OK
        }
    }

    /** Whether a resource answers. */
    public enum Answer {
        OK,
        AWAY
    }

    public record State(Answer status, long ms) {
        public boolean isOk() {
            return status == Answer.OK;
        }
    }

    public enum Readiness {
        OK,
        DEGRADED,
        UNAVAILABLE,
        DRAINING
    }

    public record Report(Readiness status, Map<String, State> resources) {
        public boolean isReady() {
            return status == Readiness.OK || status == Readiness.DEGRADED;
        }
    }

    private final Map<String, Resource> resources = new LinkedHashMap<>();
    private volatile boolean draining;

    /** Adds a resource that every request needs. While it is away, readiness is 503. */
    public Health requires(String resource, Check check) {
        resources.putIfAbsent(resource, new Resource(true, check)); // several features may need it
        return this;
    }

    /** Adds a resource without which something is slower or missing. Readiness is then degraded, but 200. */
    public Health uses(String resource, Check check) {
        resources.putIfAbsent(resource, new Resource(false, check));
        return this;
    }

    /** Marks the process as stopping: from now on it is not ready. */
    public void drain() {
        draining = true;
    }

    /** The names of the resources that don't answer, for the error page. */
    public List<String> unavailable() {
        try {
            var states = states();
            return states.keySet().stream()
                    .filter(name -> !states.get(name).isOk())
                    .toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    public Report report() throws InterruptedException {
        var states = states();
        var status = Readiness.OK;
        for (var name : states.keySet()) {
            if (states.get(name).isOk()) continue;
            if (resources.get(name).required()) status = Readiness.UNAVAILABLE;
            else if (status == Readiness.OK) status = Readiness.DEGRADED;
        }
        return new Report(draining ? Readiness.DRAINING : status, states);
    }

    /** Checks all resources at the same time, so that it takes only as long as the slowest check. */
    private Map<String, State> states() throws InterruptedException {
        var states = new LinkedHashMap<String, State>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var checks = resources.values().stream()
                    .map(resource -> (Callable<Long>) () -> millis(resource.check()))
                    .toList();
            var answers =
                    threads.invokeAll(checks, LIMIT_MS, TimeUnit.MILLISECONDS).iterator();
            for (var name : resources.keySet()) states.put(name, state(answers.next()));
        }
        return states;
    }

    private static long millis(Check check) throws Exception {
        var start = System.nanoTime();
        check.run();
        return (System.nanoTime() - start) / 1_000_000;
    }

    private static State state(Future<Long> answer) {
        return switch (answer.state()) {
            case SUCCESS -> new State(Answer.OK, answer.resultNow());
            case CANCELLED -> new State(Answer.AWAY, LIMIT_MS);
            default -> new State(Answer.AWAY, 0);
        };
    }
}
