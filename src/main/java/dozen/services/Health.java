package dozen.services;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Checks the attached services, and tells whether this process can serve requests. */
public final class Health {
    /** A resource that takes longer to answer a ping counts as away. */
    private static final int LIMIT_MS = 2000;

    /** Checks one resource. It throws when the resource is away, and ends by itself when the resource is silent. */
    @FunctionalInterface
    public interface Check {
        void run() throws Exception;
    }

    private record Resource(boolean required, Check check) {}

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

        /** The names of the resources that don't answer. */
        public List<String> unavailable() {
            return resources.keySet().stream()
                    .filter(name -> !resources.get(name).isOk())
                    .toList();
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

    /** Checks all resources at the same time, so that it takes only as long as the slowest check. */
    public Report report() {
        var answers = new LinkedHashMap<String, CompletableFuture<State>>();
        resources.forEach((name, resource) -> {
            var answer = CompletableFuture.supplyAsync(() -> state(resource.check), Thread::startVirtualThread);
            answers.put(
                    name, answer.completeOnTimeout(new State(Answer.AWAY, LIMIT_MS), LIMIT_MS, TimeUnit.MILLISECONDS));
        });
        var states = new LinkedHashMap<String, State>();
        answers.forEach((name, answer) -> states.put(name, answer.join()));
        var status = Readiness.OK;
        for (var name : states.keySet()) {
            if (states.get(name).isOk()) continue;
            if (resources.get(name).required) status = Readiness.UNAVAILABLE;
            else if (status == Readiness.OK) status = Readiness.DEGRADED;
        }
        return new Report(draining ? Readiness.DRAINING : status, states);
    }

    private static State state(Check check) {
        var start = System.nanoTime();
        try {
            check.run();
            return new State(Answer.OK, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        } catch (Exception e) {
            return new State(Answer.AWAY, 0);
        }
    }
}
