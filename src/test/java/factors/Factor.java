package factors;

/**
 * One of the twelve factors, and its proof.
 *
 * @param done what was done to the artifact
 */
record Factor(String numeral, String name, String experiment, Proof proof) {
    /** Returns what was seen; throws when the factor does not hold. */
    @FunctionalInterface
    interface Proof {
        String observe(Subject subject) throws Exception;
    }

    /** The artifact did not do what the factor asks for. */
    static final class Broken extends RuntimeException {
        Broken(String message) {
            super(message, null, false, false);
        }
    }

    static void expect(boolean holds, String otherwise, Object... values) {
        if (!holds) throw new Broken(otherwise.formatted(values));
    }

    /** @param seen what was seen; after a failure, what was seen instead */
    record Outcome(Factor factor, String observation, boolean passed, double seconds) {}

    Outcome prove(Subject subject) {
        var start = System.nanoTime();
        String observation;
        var passed = false;
        try {
            observation = proof.observe(subject);
            passed = true;
        } catch (Broken e) {
            observation = e.getMessage();
        } catch (Exception | AssertionError e) {
            if (e instanceof InterruptedException) Thread.currentThread().interrupt();
            observation = e.toString();
        }
        return new Outcome(this, observation.lines().findFirst().orElse(""), passed, (System.nanoTime() - start) / 1e9);
    }
}
