package dozen.jobs;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

/** The data of a job in the table: its record as JSON, and the id of the request that enqueued it. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Payload(String requestId, JsonNode job) {
    /**
     * It is lenient where the HTTP side is strict: two releases share the table, so a field may be new to one of them.
     */
    static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    static String write(Object job, String requestId) {
        try {
            return MAPPER.writeValueAsString(new Payload(requestId, MAPPER.valueToTree(job)));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("not a job: " + job.getClass(), e);
        }
    }

    /** @throws Unreadable when the text is no job, so trying again changes nothing */
    static Payload read(String text) throws Unreadable {
        try {
            var payload = text == null ? null : MAPPER.readValue(text, Payload.class);
            if (payload == null || payload.job() == null) throw new Unreadable("there is no job in it");
            return payload;
        } catch (JsonProcessingException e) {
            throw new Unreadable(e.getOriginalMessage());
        }
    }

    <J> J as(Class<J> type) throws Unreadable {
        try {
            return MAPPER.treeToValue(job, type);
        } catch (JsonProcessingException e) {
            throw new Unreadable(e.getOriginalMessage());
        }
    }

    /** The payload can't be read, and trying again changes nothing. */
    static final class Unreadable extends Exception {
        Unreadable(String reason) {
            super("the payload can't be read: " + reason);
        }
    }
}
