package dozen.services;

/** An attached resource is away. The message is one line for an operator and holds no secret. */
public final class ServiceUnavailable extends RuntimeException {
    public ServiceUnavailable(String message) {
        super(message, null, false, false);
    }

    /** @param name the resource's name and address, without any secret */
    public static ServiceUnavailable of(String name, Throwable failure) {
        return new ServiceUnavailable("%s is away: %s".formatted(name, reason(failure)));
    }

    /** The message of the failure's first cause, in one line. */
    public static String reason(Throwable failure) {
        var cause = failure;
        while (cause.getCause() != null) cause = cause.getCause();
        var message = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
        return message.lines().findFirst().orElse("");
    }
}
