package dozen.logging;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
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
        var strictest = level.compareTo(libraries) > 0 ? level : libraries;
        switch (format) {
            case TEXT -> text(level, strictest, application);
            case JSON -> json(level, strictest, processType, release, application);
        }
        SLF4JBridgeHandler.removeHandlersForRootLogger();
        SLF4JBridgeHandler.install();
    }

    /** Writes out all pending events. Call it before the process is ended without its shutdown hooks. */
    public static void drain() {
        Stdout.drainNow();
    }

    private static void text(Level level, Level libraries, String application) {
        System.setProperty("slf4j.provider", "org.slf4j.simple.SimpleServiceProvider");
        simple("logFile", "System.out");
        simple("showDateTime", "true");
        simple("dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX");
        simple("showThreadName", "false");
        simple("defaultLogLevel", libraries.name());
        simple("log." + application, level.name());
        simple("log.dozen", level.name());
    }

    private static void simple(String property, String value) {
        System.setProperty("org.slf4j.simpleLogger." + property, value);
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
        var fields = JsonNodeFactory.instance
                .objectNode()
                .put("processType", processType)
                .put("release", release);
        var encoder = new LogstashEncoder();
        encoder.setContext(context);
        encoder.setFieldNames(names);
        encoder.setTimeZone("UTC");
        encoder.setCustomFields(fields.toString());
        encoder.start();
        var stdout = new ConsoleAppender<ILoggingEvent>();
        stdout.setContext(context);
        stdout.setEncoder(encoder);
        stdout.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(stdout);
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(logback(libraries));
        context.getLogger(application).setLevel(logback(level));
        context.getLogger("dozen").setLevel(logback(level));
    }

    private static ch.qos.logback.classic.Level logback(Level level) {
        return ch.qos.logback.classic.Level.toLevel(level.name());
    }
}
