package academy.accounts;

import com.password4j.Argon2Function;
import com.password4j.types.Argon2;
import dozen.config.Secret;
import dozen.domain.Validation;
import dozen.services.ServiceUnavailable;
import java.security.SecureRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Makes and checks Argon2id hashes of passwords. Each takes memory while it is made, so no more are made at once than
 * there are cores. A caller waits up to 5 s for its turn and then gets {@link ServiceUnavailable}.
 */
public record Passwords(Cost cost) {
    /**
     * The cost of a hash, for us and for anyone who guesses.
     *
     * @param memoryKib the memory in KiB
     * @param iterations passes over that memory
     * @param lanes threads that could share the work
     */
    public record Cost(int memoryKib, int iterations, int lanes) {
        /** OWASP Password Storage Cheat Sheet: 19 MiB, 2 iterations, 1 lane. */
        public static final Cost DEFAULT = new Cost(19_456, 2, 1);
    }

    static final int MIN_LENGTH = 12;
    private static final int MAX_LENGTH = 128;
    private static final int HASH_BYTES = 32;
    private static final int SALT_BYTES = 16;
    private static final int WAIT_SECONDS = 5;

    /**
     * Platform threads, among which the operating system shares the processors. On a virtual thread a hash would occupy
     * one of the few carrier threads until it is done, and hold up every request that needs one.
     */
    private static final ExecutorService HASHING = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("hashing-", 0).factory());

    private static final Semaphore CORES = new Semaphore(Runtime.getRuntime().availableProcessors(), true); // fair
    private static final SecureRandom RANDOM = new SecureRandom();

    /** @param min a new password needs {@link #MIN_LENGTH}; at a log-in any will do */
    static void check(Validation validation, Secret password, int min) {
        validation.text("password", password == null ? null : password.reveal(), min, MAX_LENGTH);
    }

    /**
     * Returns the hash function, which the library caches per cost. It allocates the memory of a hash at once, so it is
     * fetched only when there is a hash to make.
     */
    private Argon2Function argon2() {
        return function(() ->
                Argon2Function.getInstance(cost.memoryKib(), cost.iterations(), cost.lanes(), HASH_BYTES, Argon2.ID));
    }

    private static Argon2Function argon2(String hash) {
        return function(() -> Argon2Function.getInstanceFromHash(hash));
    }

    /** The library adds a shutdown hook when it makes a function, which the JVM refuses while it is stopping. */
    private static Argon2Function function(Supplier<Argon2Function> made) {
        try {
            return made.get();
        } catch (IllegalStateException e) {
            throw new ServiceUnavailable("the process is stopping");
        }
    }

    /** Returns the hash with its parameters and salt, as one text. */
    String hash(Secret password) {
        var salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return bounded(() -> argon2().hash(password.bytes(), salt).getResult());
    }

    /** A hash names its own parameters, so older ones keep working after a change. */
    boolean matches(Secret password, String hash) {
        return bounded(() -> argon2(hash).check(password.reveal(), hash));
    }

    /** Returns whether the hash was made at another cost than new ones are. */
    boolean isOutdated(String hash) {
        return !argon2().equals(argon2(hash));
    }

    private static <T> T bounded(Supplier<T> work) {
        try {
            if (!CORES.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS))
                throw new ServiceUnavailable("too many log-ins at once");
            return HASHING.submit(() -> {
                        try {
                            return work.get();
                        } finally {
                            CORES.release(); // here, because the caller may no longer be waiting
                        }
                    })
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceUnavailable("interrupted");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ServiceUnavailable unavailable) throw unavailable;
            throw new IllegalStateException(e.getCause());
        }
    }
}
