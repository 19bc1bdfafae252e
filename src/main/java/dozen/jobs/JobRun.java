package dozen.jobs;

import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/** What a handler may know of its run. */
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

    /** The same in every attempt: a good part of an idempotency key. */
    public String id() {
        return id;
    }

    /** From 1. */
    public int attempt() {
        return attempt;
    }

    /** Of the request that asked for this job. */
    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }

    /** The worker was told to stop: finish soon, or throw and be run again elsewhere without losing an attempt. */
    public boolean stopping() {
        return stopping.getAsBoolean();
    }

    /** Tells how far the work is, from 0 to 100; see {@link Progress}. */
    public void progress(int percent) {
        progress.accept(percent);
    }
}
