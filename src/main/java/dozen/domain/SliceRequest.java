package dozen.domain;

import java.util.Optional;
import java.util.UUID;

/**
 * Which part of a list is wanted.
 *
 * @param limit how many items, from 1 to {@link #MAX_LIMIT}
 * @param after the id of the last item of the slice before; empty for the first slice
 */
public record SliceRequest(int limit, Optional<UUID> after) {
    public static final int MAX_LIMIT = 100;
    public static final int DEFAULT_LIMIT = 20;

    /** Above every id, for the first slice of a list that goes down. */
    private static final UUID LAST = new UUID(-1, -1);

    public static SliceRequest first(int limit) {
        return new SliceRequest(limit, Optional.empty());
    }

    /**
     * The query should fetch this many: one more than asked tells whether there is a next slice. Write it into the
     * statement instead of binding it: PostgreSQL expects a LIMIT that it does not know to be a tenth of the table, and
     * with a large table plans the statement anew at each call (a third of the time with a million rows).
     */
    public int fetch() {
        return limit + 1;
    }

    /** For a list that goes down: the slice has ids below this one. */
    public UUID below() {
        return after.orElse(LAST);
    }
}
