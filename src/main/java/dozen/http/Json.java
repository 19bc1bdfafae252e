package dozen.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.EnumNamingStrategies;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dozen.domain.DomainError;
import io.javalin.http.BadRequestResponse;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads and writes JSON. Reading is strict, and every fault in a request's body gets a 4xx that says what is wrong. */
public final class Json {
    /** Its buffers are shared. By default each thread has its own, and each request would allocate them for its thread. */
    public static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
                    .build())
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .enumNamingStrategy(EnumNamingStrategies.SNAKE_CASE) // IN_PROGRESS is "in_progress"
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT) // 1.5 would become 1
            .disable(MapperFeature.AUTO_DETECT_IS_GETTERS) // a record's isX() method is not a field
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS) // a double would lose digits in a merge
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION) // else messages would repeat the body
            .withCoercionConfig(
                    LogicalType.Textual,
                    text -> text.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();

    private static final JsonMapper FORM_MAPPER =
            MAPPER.rebuild().enable(MapperFeature.ALLOW_COERCION_OF_SCALARS).build();

    static final String TYPE = "application/json";

    private Json() {}

    /** The request's body as a record. Unknown fields and wrong types get 422, malformed JSON 400. */
    public static <T> T body(Context context, Class<T> type) {
        var bytes = Body.read(context, TYPE);
        return parse(() -> MAPPER.readValue(bytes, type));
    }

    /**
     * Merges a change into a record. Absent fields keep their values. The caller checks the whole result by the same
     * rules as a new record. Unknown fields and wrong types get 422.
     *
     * @param change the request's body, read as an ObjectNode
     */
    public static <T> T merge(ObjectNode change, T current, Class<T> type) {
        ObjectNode whole = MAPPER.valueToTree(current);
        whole.setAll(change);
        return parse(() -> MAPPER.treeToValue(whole, type));
    }

    /** Makes a record of the texts of a form. A blank text counts as null. Unknown fields and wrong types get 422. */
    static <T extends Record> T convert(Map<String, String> form, Class<T> type) {
        var fields = new HashMap<>(form);
        fields.values().removeIf(String::isBlank);
        return parse(() -> FORM_MAPPER.treeToValue(FORM_MAPPER.valueToTree(fields), type));
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    private static <T> T parse(Reading<T> reading) {
        try {
            var value = reading.read();
            if (value != null) return value;
            throw notAnObject();
        } catch (UnrecognizedPropertyException e) {
            throw DomainError.invalid(path(e), "is not a field of this request");
        } catch (JsonMappingException e) {
            if (e.getCause() instanceof JsonParseException) throw malformed(e); // a fault inside of a field
            throw path(e).isEmpty() ? notAnObject() : DomainError.invalid(path(e), "has the wrong type");
        } catch (IOException e) {
            throw malformed(e);
        }
    }

    private static BadRequestResponse malformed(IOException e) {
        var at = e instanceof JsonProcessingException json ? json.getLocation() : null;
        var where = at == null ? "" : ": line %d, column %d".formatted(at.getLineNr(), at.getColumnNr());
        return new BadRequestResponse("The body is not valid JSON%s.".formatted(where));
    }

    private static BadRequestResponse notAnObject() {
        return new BadRequestResponse("The body must be a JSON object.");
    }

    private static String path(JsonMappingException e) {
        return e.getPath().stream()
                .map(step -> step.getFieldName() == null ? String.valueOf(step.getIndex()) : step.getFieldName())
                .collect(Collectors.joining("."));
    }
}
