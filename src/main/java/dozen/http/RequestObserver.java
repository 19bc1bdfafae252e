package dozen.http;

/** Receives one call for each answered request, also for those that never reached a route. */
@FunctionalInterface
public interface RequestObserver {
    /** @param route the route's pattern and not the path, so that all ids share one name; "none" when no route ran */
    void answered(String method, String route, int status, long nanoseconds);
}
