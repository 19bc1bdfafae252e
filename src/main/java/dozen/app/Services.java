package dozen.app;

import dozen.config.Env;
import dozen.config.Secret;
import dozen.config.WebAddress;
import dozen.jobs.Jobs;
import dozen.mail.Mailer;
import dozen.pages.Layout;
import dozen.security.Signer;
import dozen.services.Cache;
import dozen.services.Health;
import dozen.services.Postgres;
import dozen.services.RateLimits;
import dozen.services.Redis;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jdbi.v3.core.Jdbi;

/** The attached backing services, and what the kit makes of them for every feature. */
public record Services(
        Postgres postgres,
        Redis redis,
        Cache cache,
        Jobs jobs,
        Mailer mailer,
        Signer signer,
        WebAddress publicUrl,
        Layout layout,
        Health health) {
    /** The settings of the services that every application has. */
    public record Settings(
            Postgres.Settings postgres,
            Redis.Settings redis,
            Duration cacheTtl,
            Secret secretKey,
            Mailer.Settings mail) {
        /** @param application the application's name, for the sender of mails */
        public static Settings read(Env env, String application) {
            return new Settings(
                    Postgres.Settings.read(env),
                    Redis.Settings.read(env),
                    Cache.readTtl(env),
                    Signer.readKey(env),
                    Mailer.Settings.read(env, application));
        }
    }

    /** @param application the application's name, which pages and mails show */
    public static Services of(
            String application, Settings settings, WebAddress publicUrl, Postgres postgres, Redis redis) {
        return new Services(
                postgres,
                redis,
                new Cache(redis, settings.cacheTtl()),
                new Jobs(redis),
                new Mailer(application, postgres.jdbi(), new RateLimits(redis), settings.mail(), publicUrl),
                new Signer(settings.secretKey()),
                publicUrl,
                new Layout(application),
                new Health().requires("postgres", postgres::ping).uses("redis", redis::ping));
    }

    public Jdbi jdbi() {
        return postgres.jdbi();
    }

    /** Waits for the services that every long-running process needs; fails when one stays away. */
    public Services connect() {
        connectMeanwhile().join();
        return this;
    }

    /** Connects while the caller makes its routes, which takes as long. Join the future before the first request. */
    public CompletableFuture<Void> connectMeanwhile() {
        var first = CompletableFuture.runAsync(postgres::connect, Thread::startVirtualThread);
        var second = CompletableFuture.runAsync(redis::connect, Thread::startVirtualThread);
        // One that refuses us ends the wait for the other.
        return CompletableFuture.anyOf(first, second).thenCompose(_ -> CompletableFuture.allOf(first, second));
    }
}
