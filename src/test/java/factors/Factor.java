package factors;

/**
 * One of the twelve, and its proof.
 *
 * @param done what was done to the artifact
 */
record Factor(String numeral, String name, String done, Proof proof) {
    /** Returns what was seen; throws when the factor does not hold. */
    @FunctionalInterface
    interface Proof {
        String seen(Subject subject) throws Exception;
    }

    /** What the artifact did was not what the factor asks for. */
    static final class Broken extends RuntimeException {
        Broken(String message) {
            super(message, null, false, false);
        }
    }

    static void expect(boolean holds, String otherwise, Object... values) {
        if (!holds) throw new Broken(otherwise.formatted(values));
    }

    /** @param seen or, when it failed, what was seen instead */
    record Outcome(Factor factor, String seen, boolean passed, double seconds) {}

    Outcome prove(Subject subject) {
        var start = System.nanoTime();
        String seen;
        boolean passed;
        try {
            seen = proof.seen(subject);
            passed = true;
        } catch (Exception | AssertionError e) {
            if (e instanceof InterruptedException) Thread.currentThread().interrupt();
            var message = e instanceof Broken ? e.getMessage() : e.toString();
            seen = message.lines()
                    .findFirst()
                    .orElse("")
                    .substring(
                            0,
                            Math.min(300, message.lines().findFirst().orElse("").length()));
            passed = false;
        }
        return new Outcome(this, seen, passed, (System.nanoTime() - start) / 1e9);
    }
}
