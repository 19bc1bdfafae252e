package dozen.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * A value that never prints itself: not by toString, not as JSON, not in an exception or a log line. Only
 * {@link #reveal()} and {@link #bytes()} give it away, so a reader finds every use of a secret by looking for their
 * callers.
 */
public record Secret(String reveal) {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    public Secret {}

    /** Tells whether the guess is the same text. A wrong guess takes as long as a right one. */
    public boolean is(String guess) {
        return MessageDigest.isEqual(bytes(), guess.getBytes(StandardCharsets.UTF_8));
    }

    public byte[] bytes() {
        return reveal.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the same for all secrets, so that a hash code reveals nothing either. */
    @Override
    public int hashCode() {
        return 0;
    }

    @Override
    @JsonValue
    public String toString() {
        return "[secret]";
    }
}
