package dozen.http;

import dozen.domain.Slice;
import dozen.domain.Validation.Validated;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A route's description: what it takes and what it returns. The API document is made of these descriptions and of the
 * records that they name. It adds the path, the role, the ids in the path, Idempotency-Key and the errors by itself.
 *
 * <p>What is sent is a record that implements {@link Validated}. A component that may be null is {@code @Nullable}.
 */
public final class Operation {
    /** @param in query or header */
    public record Parameter(String in, String name, String description) {}

    /**
     * The content of a request's body or of an answer.
     *
     * @param types the record of JSON, and what fills its type parameters; empty for another media type
     * @param partial whether each field may be left out, because it then keeps its value
     */
    public record Content(String mediaType, List<Class<?>> types, boolean partial) {}

    public final String method;
    public final String path;
    public final Access access;
    /** Whether the caller may send an Idempotency-Key. */
    public final boolean isRepeatable;

    public final List<Parameter> parameters = new ArrayList<>();
    public final List<Content> bodies = new ArrayList<>();
    public final Map<Integer, List<Content>> answers = new LinkedHashMap<>();
    public final Map<Class<?>, Map<String, Class<?>>> addedFields = new LinkedHashMap<>();
    private String summary = "";

    Operation(String method, String path, Access access, boolean isRepeatable) {
        this.method = method;
        this.path = path;
        this.access = access;
        this.isRepeatable = isRepeatable;
    }

    public String summary() {
        return summary;
    }

    /** Says in a few words what the route does. A route outside of {@code /api} is in the document if it has this. */
    public Operation summary(String text) {
        summary = text;
        return this;
    }

    public Operation takes(Class<? extends Validated> record) {
        bodies.add(new Content(Json.TYPE, List.of(record), false));
        return this;
    }

    /** Takes a change of a record, for {@link Json#merge}: fields that are left out keep their values. */
    public Operation changes(Class<? extends Validated> record) {
        bodies.add(new Content(Json.TYPE, List.of(record), true));
        return this;
    }

    /** Takes a file of one of these types. */
    public Operation takes(String... mediaTypes) {
        for (var type : mediaTypes) bodies.add(new Content(type, List.of(), false));
        return this;
    }

    public Operation query(String name, String description) {
        parameters.add(new Parameter("query", name, description));
        return this;
    }

    public Operation header(String name, String description) {
        parameters.add(new Parameter("header", name, description));
        return this;
    }

    /** @param record followed by what fills its type parameters; nothing for an answer without a body */
    public Operation returns(int status, Class<?>... record) {
        answers.put(status, record.length == 0 ? List.of() : List.of(new Content(Json.TYPE, List.of(record), false)));
        return this;
    }

    public Operation returns(int status, String mediaType) {
        answers.put(status, List.of(new Content(mediaType, List.of(), false)));
        return this;
    }

    /** Gives a slice of a list; the caller may send limit and cursor. */
    public Operation list(Class<?> item) {
        return returns(200, Slice.class, item);
    }

    /**
     * Adds fields to a record that writes them from a map (JsonAnyGetter). Each may be null.
     *
     * @param types is read when the document is made, so other features may still add to it
     */
    public Operation adds(Class<?> record, Map<String, Class<?>> types) {
        addedFields.put(record, types);
        return this;
    }
}
