package dozen.jobs;

import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;

/**
 * What a handler knows about its run.
 *
 * @param id the job's id, which is the same in every attempt, so it is useful in an idempotency key
 * @param attempt the number of this attempt, from 1
 * @param stopSignal true once the worker was told to stop
 * @param reporter takes the progress in percent
 */
public record JobRun(String id, int attempt, BooleanSupplier stopSignal, IntConsumer reporter) {
    /** After true the handler should finish soon, or throw: the job runs again elsewhere without losing an attempt. */
    public boolean stopping() {
        return stopSignal.getAsBoolean();
    }

    /** Reports how much of the work is done, from 0 to 100 percent; {@link Jobs#progress} tells it. */
    public void progress(int percent) {
        reporter.accept(percent);
    }
}
