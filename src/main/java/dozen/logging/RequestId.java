package dozen.logging;

import org.slf4j.MDC;

/**
 * The id of the request that the current thread works for. It goes into the thread's JSON log lines, and into the jobs
 * that the thread enqueues.
 */
public final class RequestId {
    public static final String FIELD = "requestId";
    /** The current id. The MDC alone is not enough, because it keeps nothing when the log is text. */
    private static final ScopedValue<String> CURRENT = ScopedValue.newInstance();

    private RequestId() {}

    /** The id; null outside of a request and its jobs. */
    public static String current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    /** @param id the id of the request that the work is done for; null for work that no request asked for */
    public static <T, X extends Throwable> T during(String id, ScopedValue.CallableOp<T, X> work) throws X {
        if (id == null) return work.call();
        MDC.put(FIELD, id);
        try {
            return ScopedValue.where(CURRENT, id).call(work);
        } finally {
            MDC.remove(FIELD);
        }
    }
}
