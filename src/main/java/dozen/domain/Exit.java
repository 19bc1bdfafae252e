package dozen.domain;

/**
 * Ends the process with a message on stderr and exit code 1 or one of sysexits.h. Its message is for the person at the
 * terminal: it says what is wrong and never holds a secret.
 */
public final class Exit extends RuntimeException {
    public static final int FAILURE = 1;
    public static final int USAGE = 64;
    public static final int UNAVAILABLE = 69;
    public static final int CONFIG = 78;

    private final int code;

    public Exit(int code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    public static Exit failure(String message) {
        return new Exit(FAILURE, message);
    }

    public static Exit usage(String message) {
        return new Exit(USAGE, message);
    }

    public int code() {
        return code;
    }
}
