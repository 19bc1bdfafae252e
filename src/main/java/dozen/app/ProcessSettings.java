package dozen.app;

import dozen.logging.Logging;
import java.time.Duration;

/**
 * The settings that every process reads before all others.
 *
 * @param shutdownGrace the longest time from the first signal to the end
 */
public record ProcessSettings(
        Logging.Level logLevel, Logging.Format logFormat, Release release, Duration shutdownGrace) {}
