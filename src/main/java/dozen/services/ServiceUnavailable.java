package dozen.services;

/** An attached resource is away. The message is one line for an operator and holds no secret. */
public final class ServiceUnavailable extends RuntimeException {
    public ServiceUnavailable(String message) {
        super(message, null, false, false);
    }
}
