package dozen.domain;

import java.util.UUID;

/** The account that sends a request, reduced to what other features need to know of it. */
public record Caller(UUID id, String name, boolean isAdmin) {}
