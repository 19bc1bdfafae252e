package dozen.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.time.Instant;

/**
 * A job to be enqueued.
 *
 * @param payload a record; its class is the job's type
 * @param at when to run it at the earliest; null for now
 * @param key null, or a unique key: while a job of this type with this key waits or runs, another one is ignored
 */
public record Job(Object payload, Instant at, String key) {
    public static Job of(Object payload) {
        return new Job(payload, null, null);
    }

    public Job at(Instant time) {
        return new Job(payload, time, key);
    }

    public Job key(String name) {
        return new Job(payload, at, name);
    }

    /** The type's name in the table: the record's simple name, so renaming the record makes a new type. */
    static String type(Class<?> payload) {
        return payload.getSimpleName();
    }

    /** The data of a job in the table: its record as JSON, and the id of the request that enqueued it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Data<J>(String requestId, J job) {
        /** It ignores unknown fields: two releases share the table, so a field may be new to one of them. */
        static final ObjectMapper MAPPER = JsonMapper.builder()
                .addModule(new JavaTimeModule())
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .build();

        String write() {
            try {
                return MAPPER.writeValueAsString(this);
            } catch (JsonProcessingException e) {
                throw new IllegalArgumentException("not a job: " + job.getClass(), e);
            }
        }

        static <J> Data<J> read(String json, Class<J> type) throws Unreadable {
            try {
                var dataType = MAPPER.getTypeFactory().constructParametricType(Data.class, type);
                Data<J> data = json == null ? null : MAPPER.readValue(json, dataType);
                if (data == null || data.job() == null) throw new Unreadable("there is no job in it");
                return data;
            } catch (JsonProcessingException e) {
                throw new Unreadable(e.getOriginalMessage());
            }
        }
    }

    /** The payload can't be read, and trying again changes nothing. */
    static final class Unreadable extends Exception {
        Unreadable(String reason) {
            super("the payload can't be read: " + reason);
        }
    }
}
