package dozen.app;

import dozen.logging.Logging;
import java.time.Duration;

/**
 * What every process needs to know before anything else.
 *
 * @param shutdownGrace from the first signal to the end, at the most
 */
public record ProcessSettings(
        Logging.Level logLevel, Logging.Format logFormat, Release release, Duration shutdownGrace) {}
