package dozen.services;

/** An attached resource is away. The message is one line for an operator and holds no secret. */
public final class ServiceUnavailable extends RuntimeException {
    public ServiceUnavailable(String message) {
        super(message, null, false, false);
    }

    /** @param name the resource's name and address, without any secret */
    static ServiceUnavailable of(String name, Throwable failure) {
        var cause = failure;
        while (cause.getCause() != null) cause = cause.getCause();
        var reason = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return new ServiceUnavailable(
                "%s is away: %s".formatted(name, reason.lines().findFirst().orElse("")));
    }
}
