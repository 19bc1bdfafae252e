package dozen.jobs;

import java.time.Instant;

/**
 * A job to be enqueued.
 *
 * @param payload a record; its class is the job's type
 * @param at when to run it at the earliest; null for now
 * @param key null, or a unique key: while a job of this type with this key waits or runs, another one is ignored
 */
public record Job(Object payload, Instant at, String key) {
    public static Job of(Object payload) {
        return new Job(payload, null, null);
    }

    public Job at(Instant time) {
        return new Job(payload, time, key);
    }

    public Job key(String name) {
        return new Job(payload, at, name);
    }
}
