package dozen.domain;

import java.util.UUID;

/** Who asks: all that a feature needs to know of an account that is not its own. */
public record Caller(UUID id, String name, boolean isAdmin) {}
