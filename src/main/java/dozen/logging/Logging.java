package dozen.logging;

import static ch.qos.logback.classic.Level.convertAnSLF4JLevel;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.List;
import net.logstash.logback.encoder.LogstashEncoder;
import net.logstash.logback.fieldnames.LogstashCommonFieldNames;
import net.logstash.logback.fieldnames.LogstashFieldNames;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
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
    /** The current request's id. The MDC alone is not enough, because it keeps nothing when the log is text. */
    private static final ScopedValue<String> CURRENT = ScopedValue.newInstance();

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
        System.setProperty("slf4j.internal.verbosity", "WARN"); // else SLF4J names its provider on stderr
        var usual = quiet ? Level.WARN : Level.INFO;
        var libraries = level.toInt() > usual.toInt() ? level : usual;
        if (format == Format.TEXT) text(level, libraries, application);
        else json(level, libraries, processType, release, application);
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
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    /**
     * Does work for a request. Its id goes into the thread's JSON events, and into the jobs that the thread enqueues.
     *
     * @param id the request's id; null for work that no request asked for
     */
    public static <T, X extends Throwable> T forRequest(String id, ScopedValue.CallableOp<T, X> work) throws X {
        if (id == null) return work.call();
        MDC.put(REQUEST_ID, id);
        try {
            return ScopedValue.where(CURRENT, id).call(work);
        } finally {
            MDC.remove(REQUEST_ID);
        }
    }

    private static void text(Level level, Level libraries, String application) {
        System.setProperty("slf4j.provider", "org.slf4j.simple.SimpleServiceProvider");
        var simple = "org.slf4j.simpleLogger.";
        System.setProperty(simple + "logFile", "System.out");
        System.setProperty(simple + "showDateTime", "true");
        System.setProperty(simple + "dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
        System.setProperty(simple + "showThreadName", "false");
        System.setProperty(simple + "defaultLogLevel", libraries.name());
        System.setProperty(simple + "log." + application, level.name());
        System.setProperty(simple + "log.dozen", level.name());
    }

    private static void json(Level level, Level libraries, String processType, String release, String application) {
        System.setProperty("slf4j.provider", "ch.qos.logback.classic.spi.LogbackServiceProvider");
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        var names = new LogstashFieldNames();
        names.setTimestamp("time");
        names.setVersion(LogstashCommonFieldNames.IGNORE_FIELD_INDICATOR);
        names.setLevelValue(LogstashCommonFieldNames.IGNORE_FIELD_INDICATOR);
        names.setThread(LogstashCommonFieldNames.IGNORE_FIELD_INDICATOR);
        names.setLogger("logger");
        names.setStackTrace("stack");
        var fields = JsonNodeFactory.instance.objectNode().put("processType", processType);
        var encoder = new LogstashEncoder();
        encoder.setContext(context);
        encoder.setFieldNames(names);
        encoder.setTimeZone("UTC");
        encoder.setCustomFields(fields.put("release", release).toString());
        encoder.start();
        var stdout = new ConsoleAppender<ILoggingEvent>();
        stdout.setContext(context);
        stdout.setEncoder(encoder);
        stdout.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(stdout);
        root.setLevel(convertAnSLF4JLevel(libraries));
        for (var ours : List.of(application, "dozen")) context.getLogger(ours).setLevel(convertAnSLF4JLevel(level));
    }
}
