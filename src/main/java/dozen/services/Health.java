package dozen.services;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
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

    private record Resource(String name, boolean required, Check check) {}

    public record State(String status, long ms) {}

    public record Report(String status, Map<String, State> resources) {
        public boolean isReady() {
            return status.equals("ok") || status.equals("degraded");
        }
    }

    private final List<Resource> resources = new ArrayList<>();
    private volatile boolean draining;

    /** Adds a resource that every request needs. While it is away, readiness is 503. */
    public Health requires(String resource, Check check) {
        return add(new Resource(resource, true, check));
    }

    /**
     * Adds a resource without which something is slower or missing. While it is away, readiness is degraded, and still
     * 200.
     */
    public Health uses(String resource, Check check) {
        return add(new Resource(resource, false, check));
    }

    /** Adds a resource once, however many features use it. */
    private Health add(Resource resource) {
        if (resources.stream().noneMatch(other -> other.name().equals(resource.name()))) resources.add(resource);
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
                    .filter(name -> !states.get(name).status().equals("ok"))
                    .toList();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    public Report report() throws InterruptedException {
        var states = states();
        var status = "ok";
        for (var resource : resources) {
            if (states.get(resource.name()).status().equals("ok")) continue;
            if (resource.required()) status = "unavailable";
            else if (status.equals("ok")) status = "degraded";
        }
        return new Report(draining ? "draining" : status, states);
    }

    /** Checks all resources at the same time, so that it takes only as long as the slowest check. */
    private Map<String, State> states() throws InterruptedException {
        var states = new LinkedHashMap<String, State>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = threads.invokeAll(
                    resources.stream()
                            .map(resource -> (Callable<Long>) () -> timed(resource.check()))
                            .toList(),
                    LIMIT_MS,
                    TimeUnit.MILLISECONDS);
            for (var i = 0; i < resources.size(); i++)
                states.put(resources.get(i).name(), state(answers.get(i)));
        }
        return states;
    }

    private static long timed(Check check) throws Exception {
        var start = System.nanoTime();
        check.run();
        return (System.nanoTime() - start) / 1_000_000;
    }

    private static State state(Future<Long> answer) throws InterruptedException {
        try {
            return new State("ok", answer.get());
        } catch (ExecutionException | CancellationException e) {
            return new State("away", e instanceof CancellationException ? LIMIT_MS : 0);
        }
    }
}
