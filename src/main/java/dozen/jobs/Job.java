package dozen.jobs;

import java.time.Instant;

/**
 * A job to be enqueued.
 *
 * @param payload a record; its class is the job's type
 * @param at not before; null for now
 * @param key null, or a name under which this type of job is queued once: while it waits or runs, the same key again is
 *     ignored
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
