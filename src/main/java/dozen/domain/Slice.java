package dozen.domain;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

/**
 * A part of a list. The pagination is by keyset, so slice 1,000 costs as much as slice 1.
 *
 * @param next the cursor of the next slice; null on the last one
 */
public record Slice<T>(List<T> items, String next) {
    /** @param fetched up to {@link SliceRequest#fetch()} rows, in the order of their ids */
    public static <T> Slice<T> of(List<T> fetched, SliceRequest request, Function<T, UUID> id) {
        if (fetched.size() <= request.limit()) return new Slice<>(fetched, null);
        var items = fetched.subList(0, request.limit());
        var last = id.apply(items.getLast()).toString().getBytes(StandardCharsets.US_ASCII);
        return new Slice<>(items, Base64.getUrlEncoder().withoutPadding().encodeToString(last));
    }

    /** The id that a cursor stands for; empty when the cursor is malformed. */
    public static Optional<UUID> after(String cursor) {
        try {
            return Optional.of(
                    UUID.fromString(new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
