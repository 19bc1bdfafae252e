package dozen.jobs;

import dozen.services.Redis;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.exceptions.JedisException;

/** Tells the workers, through Redis, that there are jobs. A message that gets lost costs a second, never a job. */
final class Wakeup implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Wakeup.class);
    private static final String CHANNEL = "jobs";
    private static final int RECONNECT_MS = 200;

    private final Redis redis;
    private volatile boolean closed;
    private volatile JedisPubSub subscription;

    Wakeup(Redis redis) {
        this.redis = redis;
    }

    void send() {
        try {
            redis.client().publish(CHANNEL, "");
        } catch (JedisException e) {
            log.debug("no worker was woken: {}", e.getMessage());
        }
    }

    /**
     * Calls {@code wake} on a thread of its own: for each message, and after each subscription, as when Redis is back.
     */
    void listen(Runnable wake) {
        Thread.ofVirtual().name("wakeup").start(() -> {
            while (!closed) {
                try {
                    subscription = subscription(wake);
                    redis.client().subscribe(subscription, CHANNEL);
                } catch (JedisException e) {
                    log.debug("not subscribed: {}", e.getMessage());
                    pause();
                }
            }
        });
    }

    private static JedisPubSub subscription(Runnable wake) {
        return new JedisPubSub() {
            @Override
            public void onMessage(String channel, String message) {
                wake.run();
            }

            /** Messages sent while we were not subscribed are lost, so look for jobs once. */
            @Override
            public void onSubscribe(String channel, int count) {
                wake.run();
            }
        };
    }

    private static void pause() {
        try {
            Thread.sleep(RECONNECT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        closed = true;
        try {
            if (subscription != null && subscription.isSubscribed()) subscription.unsubscribe();
        } catch (JedisException e) {
            log.debug("not unsubscribed: {}", e.getMessage());
        }
    }
}
