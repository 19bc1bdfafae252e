package academy.accounts;

import dozen.config.Secret;
import dozen.domain.Validation;
import dozen.services.ServiceUnavailable;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator.BlockPool;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator.FixedBlockPool;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Makes and checks Argon2id hashes of passwords. Each takes memory and a core while it is made, so only a few are made
 * at once. A caller waits up to 5 s for its turn and then gets {@link ServiceUnavailable}.
 */
public final class Passwords {
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

    /** A hash with its cost and salt. As text it is in the PHC string format, which all implementations share. */
    private record Hash(Cost cost, byte[] salt, byte[] bytes) {
        private static final Pattern FORMAT =
                Pattern.compile("\\$argon2id\\$v=19\\$m=(\\d+),t=(\\d+),p=(\\d+)\\$([\\w+/]+)\\$([\\w+/]+)");

        static Hash parse(String text) {
            var parts = FORMAT.matcher(text);
            if (!parts.matches()) throw new IllegalArgumentException("this is not a hash of Argon2id");
            var decoder = Base64.getDecoder();
            return new Hash(
                    new Cost(
                            Integer.parseInt(parts.group(1)),
                            Integer.parseInt(parts.group(2)),
                            Integer.parseInt(parts.group(3))),
                    decoder.decode(parts.group(4)),
                    decoder.decode(parts.group(5)));
        }

        @Override
        public String toString() {
            var encoder = Base64.getEncoder().withoutPadding();
            return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
                    .formatted(
                            cost.memoryKib,
                            cost.iterations,
                            cost.lanes,
                            encoder.encodeToString(salt),
                            encoder.encodeToString(bytes));
        }
    }

    static final int MIN_LENGTH = 12;
    private static final int MAX_LENGTH = 128;
    private static final int HASH_BYTES = 32;
    private static final int SALT_BYTES = 16;
    private static final int WAIT_SECONDS = 5;
    /** All hashes that are made at once take at most a quarter of the heap. */
    private static final int HEAP_DIVISOR = 4;

    /**
     * Platform threads, among which the operating system shares the processors. On a virtual thread a hash would occupy
     * one of the few carrier threads until it is done, and hold up every request that needs one.
     */
    private static final ExecutorService HASHING = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("hashing-", 0).factory());

    private static final SecureRandom RANDOM = new SecureRandom();

    private final Cost cost;
    /** One permit for each core that the heap has room for. */
    private final Semaphore turns;
    /**
     * The memory of hashes that are done, for the next ones. Otherwise the garbage collector would copy the 19 MiB of
     * each hash. The last is taken first, so there are as many as were needed at once.
     */
    private final Deque<BlockPool> memory = new ConcurrentLinkedDeque<>();

    public Passwords(Cost cost) {
        this.cost = cost;
        var fitting = Runtime.getRuntime().maxMemory() / HEAP_DIVISOR / (cost.memoryKib * 1024L);
        turns = new Semaphore(Math.clamp(fitting, 1, Runtime.getRuntime().availableProcessors()), true); // fair
    }

    /** @param min a new password needs {@link #MIN_LENGTH}; at a log-in any will do */
    static void check(Validation validation, Secret password, int min) {
        validation.text("password", password == null ? null : password.reveal(), min, MAX_LENGTH);
    }

    /** Returns the hash with its parameters and salt, as one text. */
    String hash(Secret password) {
        var salt = new byte[SALT_BYTES];
        RANDOM.nextBytes(salt);
        return new Hash(cost, salt, argon2(password, cost, salt, HASH_BYTES)).toString();
    }

    /** A hash names its own parameters, so older ones keep working after a change. */
    boolean matches(Secret password, String hash) {
        var stored = Hash.parse(hash);
        return MessageDigest.isEqual(stored.bytes, argon2(password, stored.cost, stored.salt, stored.bytes.length));
    }

    /** Returns whether the hash was made at another cost than new ones are. */
    boolean isOutdated(String hash) {
        return !Hash.parse(hash).cost.equals(cost);
    }

    private byte[] argon2(Secret password, Cost cost, byte[] salt, int length) {
        try {
            if (!turns.tryAcquire(WAIT_SECONDS, TimeUnit.SECONDS))
                throw new ServiceUnavailable("too many log-ins at once");
            return HASHING.submit(() -> {
                        try {
                            return argon2Here(password, cost, salt, length);
                        } finally {
                            turns.release(); // here, because the caller may no longer be waiting
                        }
                    })
                    .get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServiceUnavailable("interrupted");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private byte[] argon2Here(Secret password, Cost cost, byte[] salt, int length) {
        // The type is not BlockPool, because Java would load that class at every start to verify this one, and check
        // the signature of its jar, which takes 90 ms.
        Object blocks = memory.poll();
        if (blocks == null) {
            blocks = new FixedBlockPool(Argon2BytesGenerator.getBlockCount(this.cost.memoryKib, this.cost.lanes));
        }
        var generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withMemoryAsKB(cost.memoryKib)
                .withIterations(cost.iterations)
                .withParallelism(cost.lanes)
                .withSalt(salt)
                .withBlockPool((BlockPool) blocks)
                .build());
        var hash = new byte[length];
        generator.generateBytes(password.bytes(), hash);
        memory.push((BlockPool) blocks);
        return hash;
    }
}
