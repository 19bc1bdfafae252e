package dozen.jobs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.github.kagkarlsson.scheduler.task.Execution;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;

/**
 * A job to be enqueued.
 *
 * @param payload a record; its simple name is the job's type in the table, so renaming the record makes a new type
 * @param at when to run it at the earliest; null for now
 * @param key null, or a unique key: while a job of this type with this key waits, runs, or is being deleted, another one is ignored
 */
public record Job(Object payload, Instant at, String key) {
    /**
     * Tells a handler about its run.
     *
     * @param id the job's id, which is the same in every attempt, so it is useful in an idempotency key
     * @param attempt the number of this attempt, from 1
     * @param stopSignal true once the worker was told to stop
     */
    public record Run(String id, int attempt, BooleanSupplier stopSignal) {
        /** After true the handler should finish soon, or throw: the job then runs elsewhere and loses no attempt. */
        public boolean stopping() {
            return stopSignal.getAsBoolean();
        }
    }

    /** It ignores unknown fields: two releases share the table, so a field may be new to one of them. */
    static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    public static Job of(Object payload) {
        return new Job(payload, null, null);
    }

    public Job at(Instant time) {
        return new Job(payload, time, key);
    }

    public Job key(String name) {
        return new Job(payload, at, name);
    }

    /** The job's data in the table: its record as JSON, and the id of the request that enqueued it, which may be null. */
    String data(String requestId) {
        var data = MAPPER.createObjectNode();
        data.set("job", MAPPER.valueToTree(payload));
        if (requestId != null) data.put("requestId", requestId);
        return data.toString();
    }

    static String requestId(Execution execution) {
        return ((JsonNode) execution.taskInstance.getData()).path("requestId").textValue();
    }

    static <J> J payload(Execution execution, Class<J> type) {
        try {
            var data = (JsonNode) execution.taskInstance.getData();
            var payload = MAPPER.treeToValue(data.get("job"), type);
            if (payload == null) throw new PermanentFailure("the payload can't be read: there is no job in it");
            return payload;
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new PermanentFailure("the payload can't be read: " + e.getMessage());
        }
    }

    /**
     * How often a type of job is tried, and how long one run may take.
     *
     * @param attempts the number of attempts in all, including the first; after the last failure the job is dead
     * @param firstWait the wait after the first failure; each further one is twice as long, and all vary by up to a quarter
     * @param longestWait the limit of a wait before it is varied
     * @param limit the time limit of one run; after it the handler's thread is interrupted, and the attempt has failed
     * @param ownThreads how many of the type a worker runs at once on threads of its own, for jobs that take minutes; 0 for
     *     a type that shares the worker's threads with others
     */
    public record RetryPolicy(int attempts, Duration firstWait, Duration longestWait, Duration limit, int ownThreads) {
        /**
         * Ten attempts take about an hour and a half, so a mail server may be away for that long. The limit of a run is
         * longer than a mail takes when seven of the server's answers take two minutes each.
         */
        public static final RetryPolicy DEFAULT =
                new RetryPolicy(10, Duration.ofSeconds(10), Duration.ofHours(1), Duration.ofMinutes(15), 0);

        Duration waitAfter(int failures) {
            return backOff(failures, firstWait, longestWait);
        }

        /** The wait after this many failures. Its random part keeps jobs that failed together from coming back together. */
        static Duration backOff(int failures, Duration first, Duration longest) {
            var doubled = first.toMillis() * Math.pow(2, failures - 1.0);
            var bounded = Math.min(doubled, longest.toMillis());
            return Duration.ofMillis(
                    (long) (bounded * ThreadLocalRandom.current().nextDouble(0.75, 1.25)));
        }
    }

    /** A handler throws this when no later attempt could succeed. The job is dead at once. */
    public static final class PermanentFailure extends RuntimeException {
        public PermanentFailure(String reason) {
            super(reason);
        }
    }
}
