package dozen.app;

import dozen.config.Env;
import dozen.logging.Logging;
import java.time.Duration;

/**
 * The settings that every process reads before all others.
 *
 * @param shutdownGrace the longest time from the first signal to the end
 */
public record ProcessSettings(
        Logging.Level logLevel, Logging.Format logFormat, Release release, Duration shutdownGrace) {
    public static ProcessSettings read(Env env) {
        return new ProcessSettings(
                env.setting("LOG_LEVEL", "trace, debug, info, warn or error").choice(Logging.Level.INFO),
                env.setting("LOG_FORMAT", "text or json").choice(Logging.Format.TEXT),
                Release.read(env),
                Duration.ofSeconds(env.setting("SHUTDOWN_GRACE_SECONDS", "from SIGTERM to the end, at the most")
                        .integer(25, 1, 3600)));
    }

    /**
     * How long work under way may take to finish at shutdown. The rest of the grace period (3 s, or 30 % of a period of
     * at most 10 s) is for interrupting that work and closing pools.
     */
    public Duration drain() {
        return shutdownGrace.toSeconds() > 10
                ? shutdownGrace.minusSeconds(3)
                : shutdownGrace.multipliedBy(7).dividedBy(10);
    }
}
