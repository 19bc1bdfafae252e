package dozen.domain;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A part of a list. The pagination is by keyset, so slice 1,000 costs as much as slice 1.
 *
 * @param next the cursor of the next slice; null on the last one
 */
public record Slice<T>(List<T> items, @Nullable String next) {
    /**
     * The part of a list that a caller wants.
     *
     * @param limit the number of items, from 1 to {@link #MAX_LIMIT}
     * @param after the id of the last item of the previous slice; empty for the first slice
     */
    public record Request(int limit, Optional<UUID> after) {
        public static final int MAX_LIMIT = 100;
        public static final int DEFAULT_LIMIT = 20;

        /**
         * How many rows the query should fetch: one more than the limit shows whether there is a next slice. Write the
         * number into the statement: PostgreSQL plans a bound LIMIT for a tenth of the table, which costs a third of the
         * throughput with a million rows (pgbench).
         */
        public int fetch() {
            return limit + 1;
        }

        /** The id below which the slice lies, for a list in descending order. All ids are below the last one. */
        public UUID below() {
            return after.orElse(new UUID(-1, -1));
        }
    }

    /** @param fetched up to {@link Request#fetch()} rows, in the order of their ids */
    public static <T> Slice<T> of(List<T> fetched, Request request, Function<T, UUID> id) {
        if (fetched.size() <= request.limit()) return new Slice<>(fetched, null);
        var items = fetched.subList(0, request.limit());
        return new Slice<>(items, id.apply(items.getLast()).toString());
    }
}
