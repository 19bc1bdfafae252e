package dozen.logging;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.Locale;
import net.logstash.logback.encoder.LogstashEncoder;
import net.logstash.logback.fieldnames.LogstashCommonFieldNames;
import net.logstash.logback.fieldnames.LogstashFieldNames;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * Writes log events to stdout, one per line, as text or JSON. Call {@link #start} before the first logger is made.
 *
 * <p>Levels below info apply only to the application and the kit. Libraries stay at info, because their debug lines
 * print what crosses the wire: headers, cookies, passwords.
 */
public final class Logging {
    public enum Format {
        TEXT,
        JSON
    }

    public enum Level {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR
    }

    private Logging() {}

    /**
     * @param libraries the most detailed level for libraries: info, or warn for a command whose output a person reads
     * @param processType the process type, which every JSON event carries
     * @param release the release version, which every JSON event carries
     * @param application the application's package
     */
    public static void start(
            Format format, Level level, Level libraries, String processType, String release, String application) {
        Stdout.install();
        System.setProperty("slf4j.internal.verbosity", "WARN"); // else SLF4J names its provider on stderr
        switch (format) {
            case TEXT -> text(level, stricter(level, libraries), application);
            case JSON -> json(level, stricter(level, libraries), processType, release, application);
        }
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    /** Writes out all pending events. Call it before the process is ended without its shutdown hooks. */
    public static void drain() {
        Stdout.drainNow();
    }

    private static Level stricter(Level one, Level other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    private static void text(Level level, Level libraries, String application) {
        System.setProperty("slf4j.provider", "org.slf4j.simple.SimpleServiceProvider");
        simple("logFile", "System.out");
        simple("showDateTime", "true");
        simple("dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
        simple("showThreadName", "false");
        simple("defaultLogLevel", lower(libraries));
        simple("log." + application, lower(level));
        simple("log.dozen", lower(level));
    }

    private static void simple(String property, String value) {
        System.setProperty("org.slf4j.simpleLogger." + property, value);
    }

    private static String lower(Level level) {
        return level.name().toLowerCase(Locale.ROOT);
    }

    private static void json(Level level, Level libraries, String processType, String release, String application) {
        System.setProperty("slf4j.provider", "ch.qos.logback.classic.spi.LogbackServiceProvider");
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        var encoder = new LogstashEncoder();
        encoder.setContext(context);
        encoder.setFieldNames(fieldNames());
        encoder.setTimeZone("UTC");
        encoder.setCustomFields(JsonNodeFactory.instance
                .objectNode()
                .put("processType", processType)
                .put("release", release)
                .toString());
        encoder.start();
        var stdout = new ConsoleAppender<ILoggingEvent>();
        stdout.setContext(context);
        stdout.setEncoder(encoder);
        stdout.start();
        var root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        root.addAppender(stdout);
        root.setLevel(logback(libraries));
        context.getLogger(application).setLevel(logback(level));
        context.getLogger("dozen").setLevel(logback(level));
    }

    private static LogstashFieldNames fieldNames() {
        var names = new LogstashFieldNames();
        names.setTimestamp("time");
        names.setVersion(LogstashCommonFieldNames.IGNORE_FIELD_INDICATOR);
        names.setLevelValue(LogstashCommonFieldNames.IGNORE_FIELD_INDICATOR);
        names.setThread(LogstashCommonFieldNames.IGNORE_FIELD_INDICATOR);
        names.setLogger("logger");
        names.setStackTrace("stack");
        return names;
    }

    private static ch.qos.logback.classic.Level logback(Level level) {
        return ch.qos.logback.classic.Level.toLevel(level.name());
    }
}
