package dozen.services;

import dozen.domain.DomainError;
import dozen.security.Signer;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.ExpirationAfterWriteStrategy;
import io.github.bucket4j.distributed.serialization.Mapper;
import io.github.bucket4j.redis.jedis.Bucket4jJedis;
import java.time.Duration;

/**
 * Limits how often somebody may try something, counted in Redis for all web processes together. Used tries come back
 * evenly over the period. While Redis is away, {@link #take} fails with Redis's exception, and the caller may let the
 * request pass.
 */
public record RateLimits(Redis redis) {
    /** Allows {@code max} tries at once, and {@code max} more over each period. */
    public record Rate(int max, Duration per) {}

    private static final ExpirationAfterWriteStrategy EXPIRATION =
            ExpirationAfterWriteStrategy.basedOnTimeForRefillingBucketUpToMax(Duration.ofMinutes(1));

    /**
     * Uses up one try.
     *
     * @param who the account or network whose tries are counted; only a hash of it is kept
     * @throws DomainError TOO_MANY (429 with Retry-After) when none is left
     */
    public void take(String what, String who, Rate rate) {
        var probe = bucket(what, who, rate).tryConsumeAndReturnRemaining(1);
        if (probe.isConsumed()) return;
        throw DomainError.tooMany(
                Duration.ofNanos(probe.getNanosToWaitForRefill()).plusMillis(999));
    }

    /** Gives one try back. Call it after a success, where only failures should count. */
    public void giveBack(String what, String who, Rate rate) {
        bucket(what, who, rate).addTokens(1);
    }

    /** The rate is in the key, because Redis keeps the one with which a key began. */
    private Bucket bucket(String what, String who, Rate rate) {
        var configuration = BucketConfiguration.builder()
                .addLimit(limit -> limit.capacity(rate.max()).refillGreedy(rate.max(), rate.per()))
                .build();
        return Bucket4jJedis.casBasedBuilder(redis.client())
                .keyMapper(Mapper.STRING)
                .expirationAfterWrite(EXPIRATION)
                .build()
                .builder()
                .build(
                        "rate:%s:%d/%s:%s".formatted(what, rate.max(), rate.per(), Signer.hash(who)),
                        () -> configuration);
    }
}
