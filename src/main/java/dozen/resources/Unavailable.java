package dozen.resources;

/** An attached resource is away. The message is one line for an operator and holds no secret. */
public final class Unavailable extends RuntimeException {
    public Unavailable(String message) {
        super(message, null, false, false);
    }
}
