package dozen.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Writes each log event as one line of text or JSON. An encoder that keeps its buffers for each thread, as Logstash's does,
 * would keep them for each request here: after a load of 32 clients, web had 367 MB instead of 148.
 */
final class EventAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
    /** UTC, with three digits for the milliseconds. */
    private static final DateTimeFormatter TIME =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    /** Its buffers are shared: by default it would keep them for each thread, too. */
    private static final JsonMapper MAPPER = new JsonMapper(JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
            .build());

    private final Stdout out;
    private final Logging.Format format;
    private final String processType;
    private final String release;

    EventAppender(Stdout out, Logging.Format format, String processType, String release) {
        this.out = out;
        this.format = format;
        this.processType = processType;
        this.release = release;
    }

    @Override
    protected void append(ILoggingEvent event) {
        var line = format == Logging.Format.TEXT ? text(event) : json(event);
        var bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        out.write(bytes, 0, bytes.length);
    }

    private static String text(ILoggingEvent event) {
        var line = new StringBuilder();
        TIME.formatTo(event.getInstant(), line);
        line.append(' ')
                .append(event.getLevel())
                .append(' ')
                .append(event.getLoggerName())
                .append(" - ");
        fields(event)
                .forEach((name, value) ->
                        line.append(name).append('=').append(value).append(' '));
        line.append(event.getFormattedMessage());
        if (event.getThrowableProxy() != null) line.append('\n').append(stack(event));
        return line.toString();
    }

    private String json(ILoggingEvent event) {
        var all = new LinkedHashMap<String, Object>();
        all.put("time", TIME.format(event.getInstant()));
        all.put("level", event.getLevel().toString());
        all.put("logger", event.getLoggerName());
        all.put("message", event.getFormattedMessage());
        all.put("processType", processType);
        all.put("release", release);
        fields(event).forEach((name, value) -> {
            var isPlain = value instanceof Number || value instanceof Boolean;
            all.putIfAbsent(name, isPlain ? value : String.valueOf(value));
        });
        if (event.getThrowableProxy() != null) all.put("stack", stack(event));
        try {
            return MAPPER.writeValueAsString(all);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e); // texts, numbers and booleans can all be written
        }
    }

    /** The event's own fields, and those of its thread, such as the id of a request. */
    private static Map<String, Object> fields(ILoggingEvent event) {
        var fields = new LinkedHashMap<String, Object>();
        var pairs = event.getKeyValuePairs();
        if (pairs != null) pairs.forEach(pair -> fields.put(pair.key, pair.value));
        Logging.fields().forEach(fields::putIfAbsent);
        event.getMDCPropertyMap().forEach(fields::putIfAbsent);
        return fields;
    }

    private static String stack(ILoggingEvent event) {
        return ThrowableProxyUtil.asString(event.getThrowableProxy()).stripTrailing();
    }
}
