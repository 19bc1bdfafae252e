package dozen.logging;

import static ch.qos.logback.classic.Level.convertAnSLF4JLevel;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LogbackServiceProvider;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.bridge.SLF4JBridgeHandler;
import org.slf4j.event.Level;

/**
 * Writes log events to stdout, one per line, as text or JSON. Call {@link #start} once, before the first logger is made.
 *
 * <p>Levels below info apply only to the application and the kit. Libraries stay at info, because their debug lines
 * print what crosses the wire: headers, cookies, passwords.
 */
public final class Logging {
    public enum Format {
        TEXT,
        JSON
    }

    /** The field of the events that holds the request's id. */
    public static final String REQUEST_ID = "requestId";
    /** The field of the events that holds the trace's id. */
    public static final String TRACE_ID = "traceId";

    private static final ScopedValue<Map<String, String>> FIELDS = ScopedValue.newInstance();

    private static final LoggerContext LOGBACK = new LoggerContext();
    private static volatile Stdout stdout;

    private Logging() {}

    /**
     * @param quiet whether libraries log from warn on instead of info, because a person reads the output
     * @param processType the process type; every JSON event has it, and the release's version
     * @param application the application's package
     */
    public static void start(
            Format format, Level level, boolean quiet, String processType, String release, String application) {
        stdout = Stdout.install();
        var appender = new EventAppender(format, processType, release);
        appender.setContext(LOGBACK);
        appender.start();
        var root = LOGBACK.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(appender);
        var usual = quiet ? Level.WARN : Level.INFO;
        root.setLevel(convertAnSLF4JLevel(level.toInt() > usual.toInt() ? level : usual));
        for (var ours : List.of(application, "dozen")) LOGBACK.getLogger(ours).setLevel(convertAnSLF4JLevel(level));
        System.setProperty("slf4j.provider", Provider.class.getName());
        System.setProperty("slf4j.internal.verbosity", "WARN"); // else SLF4J names its provider on stderr
        // Java's own logging looks for providers in every jar, which takes 40 ms. Whoever logs by it waits for that.
        Thread.startVirtualThread(() -> {
            SLF4JBridgeHandler.removeHandlersForRootLogger();
            SLF4JBridgeHandler.install();
        });
    }

    /** Writes out all pending events. Call it before the process is ended without its shutdown hooks. */
    public static void drain() {
        stdout.drain();
    }

    /** The id of the request that this thread works for; null outside of a request and its jobs. */
    public static String requestId() {
        return FIELDS.orElse(Map.of()).get(REQUEST_ID);
    }

    /** Does work whose events all have these fields. A request's id goes into the jobs that the work enqueues, too. */
    public static <T, X extends Throwable> T withFields(Map<String, String> fields, ScopedValue.CallableOp<T, X> work)
            throws X {
        return ScopedValue.where(FIELDS, fields).call(work);
    }

    /** Gives SLF4J our logger context. Logback's own would look in every jar for its configuration. */
    public static final class Provider extends LogbackServiceProvider {
        @Override
        public void initialize() {
            LOGBACK.setMDCAdapter(getMDCAdapter());
        }

        @Override
        public ILoggerFactory getLoggerFactory() {
            return LOGBACK;
        }
    }

    /**
     * Writes each log event as one line of text or JSON. Logstash's encoder keeps its buffers for each thread, and here
     * each request has its own thread: after a load of 32 clients, web had 367 MB with that encoder and 148 without.
     */
    private static final class EventAppender extends UnsynchronizedAppenderBase<ILoggingEvent> {
        /** UTC, with three digits for the milliseconds. */
        private static final DateTimeFormatter TIME =
                new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

        /** Matches characters that end a line, move the cursor or turn the direction of the text. Callers may send them. */
        private static final Pattern ODD = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

        /** Its buffers are shared: by default it would keep them for each thread, too. */
        private static final JsonMapper MAPPER = new JsonMapper(JsonFactory.builder()
                .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
                .enable(JsonWriteFeature.ESCAPE_NON_ASCII) // else some readers would take U+2028 for the end of a line
                .build());

        private final Format format;
        private final String processType;
        private final String release;

        EventAppender(Format format, String processType, String release) {
            this.format = format;
            this.processType = processType;
            this.release = release;
        }

        @Override
        protected void append(ILoggingEvent event) {
            var line = format == Format.TEXT ? text(event) : json(event);
            var bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
            stdout.offer(bytes);
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
            var plain = line.chars().allMatch(c -> c >= ' ' && c <= '~')
                    ? line.toString()
                    : ODD.matcher(line).replaceAll(EventAppender::escaped);
            return event.getThrowableProxy() == null ? plain : plain + "\n" + stack(event);
        }

        private static String escaped(MatchResult character) {
            return "\\\\u%04x".formatted(character.group().codePointAt(0));
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
            FIELDS.orElse(Map.of()).forEach(fields::putIfAbsent);
            event.getMDCPropertyMap().forEach(fields::putIfAbsent);
            return fields;
        }

        private static String stack(ILoggingEvent event) {
            return ThrowableProxyUtil.asString(event.getThrowableProxy()).stripTrailing();
        }
    }
}
