package dozen.http;

import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * One page of a list, by keyset: page 1,000 costs what page 1 costs.
 *
 * @param next the cursor of the next page; null on the last one
 */
public record Page<T>(List<T> items, String next) {
    private static final int STANDARD_LIMIT = 20;
    private static final int MOST = 100;

    /** Above every id, for the first page of a list that goes down. */
    private static final UUID LAST = new UUID(-1, -1);

    /** What the caller asked for. */
    public record Request(int limit, Optional<UUID> after) {
        /**
         * The query should fetch this many: one more than asked tells whether there is a next page. To be written into
         * the statement, not bound: of a LIMIT that it does not know PostgreSQL expects a tenth of the table, so that with
         * a large one it would plan the statement anew at each call (with a million rows that took a third of the time).
         */
        public int fetch() {
            return limit + 1;
        }

        /** For a list that goes down: what it shows is below this id. */
        public UUID below() {
            return after.orElse(LAST);
        }
    }

    /** Reads {@code limit} (1 to 100, default 20) and {@code cursor}. */
    public static Request request(Context context) {
        var fields = new Fields();
        var limit = limit(context.queryParam("limit"), fields);
        var after = after(context.queryParam("cursor"), fields);
        fields.check();
        return new Request(limit, after);
    }

    private static int limit(String text, Fields fields) {
        if (text == null) return STANDARD_LIMIT;
        try {
            var limit = Integer.parseInt(text);
            if (limit >= 1 && limit <= MOST) return limit;
        } catch (NumberFormatException e) {
            // reported below
        }
        fields.error("limit", "must be a whole number from 1 to " + MOST);
        return STANDARD_LIMIT;
    }

    private static Optional<UUID> after(String cursor, Fields fields) {
        if (cursor == null) return Optional.empty();
        try {
            return Optional.of(
                    UUID.fromString(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII)));
        } catch (IllegalArgumentException e) {
            fields.error("cursor", "is none that this list gave");
            return Optional.empty();
        }
    }

    /** @param fetched up to {@link Request#fetch()} rows, in the order of their ids */
    public static <T> Page<T> of(List<T> fetched, Request request, Function<T, UUID> id) {
        if (fetched.size() <= request.limit()) return new Page<>(fetched, null);
        var items = fetched.subList(0, request.limit());
        var last = id.apply(items.getLast()).toString().getBytes(StandardCharsets.US_ASCII);
        return new Page<>(items, Base64.getUrlEncoder().withoutPadding().encodeToString(last));
    }
}
