package dozen.logging;

import org.slf4j.MDC;

/** The id of the request that the current thread works for: in its log lines, and in the jobs that it enqueues. */
public final class RequestId {
    public static final String FIELD = "requestId";
    /** Not the MDC alone, which keeps nothing when the log is text. */
    private static final ScopedValue<String> CURRENT = ScopedValue.newInstance();

    private RequestId() {}

    /** Null outside of a request and what it asked for. */
    public static String current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    /** @param id null for work that no request asked for */
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
