package dozen.domain;

import java.util.Optional;
import java.util.UUID;

/**
 * The part of a list that a caller wants.
 *
 * @param limit the number of items, from 1 to {@link #MAX_LIMIT}
 * @param after the id of the last item of the previous slice; empty for the first slice
 */
public record SliceRequest(int limit, Optional<UUID> after) {
    public static final int MAX_LIMIT = 100;
    public static final int DEFAULT_LIMIT = 20;

    /** An id above all others, for the first slice of a list in descending order. */
    private static final UUID LAST = new UUID(-1, -1);

    public static SliceRequest first(int limit) {
        return new SliceRequest(limit, Optional.empty());
    }

    /**
     * How many rows the query should fetch: one more than the limit, which shows whether there is a next slice. Write
     * the number into the statement instead of binding it. PostgreSQL expects an unknown LIMIT to be a tenth of the
     * table, and plans the statement again at each call when the table is large. With a million rows this costs about a
     * third of the throughput (pgbench).
     */
    public int fetch() {
        return limit + 1;
    }

    /** The id below which the slice lies, for a list in descending order. */
    public UUID below() {
        return after.orElse(LAST);
    }
}
