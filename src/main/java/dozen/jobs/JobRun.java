package dozen.jobs;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/** The information that a handler gets about its run. */
public final class JobRun {
    private final String id;
    private final int attempt;
    private final String requestId;
    private final BooleanSupplier stopping;
    private final IntConsumer progress;

    JobRun(String id, int attempt, String requestId, BooleanSupplier stopping, IntConsumer progress) {
        this.id = id;
        this.attempt = attempt;
        this.requestId = requestId;
        this.stopping = stopping;
        this.progress = progress;
    }

    /** The job's id. It is the same in every attempt, so it is useful in an idempotency key. */
    public String id() {
        return id;
    }

    /** The number of this attempt, from 1. */
    public int attempt() {
        return attempt;
    }

    /** The id of the request that enqueued this job; empty when no request did. */
    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }

    /**
     * Tells whether the worker was told to stop. The handler should then finish soon, or throw: the job runs again
     * elsewhere without losing an attempt.
     */
    public boolean stopping() {
        return stopping.getAsBoolean();
    }

    /**
     * Reports how much of the work is done, in percent; see {@link Progress}.
     *
     * @throws IllegalArgumentException when it is not from 0 to 100
     */
    public void progress(int percent) {
        progress.accept(percent);
    }
}
