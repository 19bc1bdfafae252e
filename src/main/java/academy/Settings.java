package academy;

import academy.accounts.Passwords;
import dozen.app.ProcessSettings;
import dozen.app.Release;
import dozen.config.Env;
import dozen.config.Secret;
import dozen.config.Setting;
import dozen.domain.MailAddress;
import dozen.http.HttpSettings;
import dozen.http.PublicUrl;
import dozen.jobs.Cron;
import dozen.logging.Logging;
import dozen.services.PostgresUrl;
import dozen.services.RedisUrl;
import dozen.services.S3Bucket;
import dozen.services.SmtpUrl;
import jakarta.mail.internet.InternetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Every setting of Academy: its name, meaning, default and bounds. Settings are read once, from the environment alone.
 */
public record Settings(
        int port,
        PostgresUrl databaseUrl,
        int databasePoolSize,
        RedisUrl redisUrl,
        boolean redisTlsVerify,
        Secret secretKey,
        PublicUrl publicUrl,
        Duration cacheTtl,
        Duration sessionTtl,
        Passwords.Cost passwordCost,
        int logInTriesByAddress,
        int logInTriesByAccount,
        int signUpsByAddress,
        int webMaxRequests,
        int trustedProxyHops,
        Optional<Secret> metricsToken,
        boolean statusPublic,
        int workerThreads,
        Optional<SmtpUrl> smtpUrl,
        InternetAddress mailFrom,
        boolean smtpPlainLogin,
        Optional<S3Bucket> files,
        long videoMaxBytes,
        String ffmpeg,
        Cron digestCron,
        Cron reminderCron,
        Cron purgeCron,
        ProcessSettings process,
        List<Setting> declared) {

    public static Settings read(Env env) {
        return read(env, process(env));
    }

    static Settings read(Env env, ProcessSettings process) {
        var port = env.setting("PORT", "where web listens; 0 picks a free port").integer(8000, 0, 65535);
        return new Settings(
                port,
                env.setting("DATABASE_URL", "PostgreSQL: postgres://user:password@host:5432/database")
                        .secret(PostgresUrl::parse),
                env.setting("DATABASE_POOL_SIZE", "connections to PostgreSQL per process")
                        .integer(10, 1, 1000),
                env.setting("REDIS_URL", "Redis: redis://user:password@host:6379/0, rediss:// for TLS")
                        .secret(RedisUrl::parse),
                env.setting("REDIS_TLS_VERIFY", "false accepts a certificate that the platform signed itself")
                        .bool(true),
                env.setting("SECRET_KEY", "signs links; 32 random bytes or more")
                        .secret(Settings::secretKey),
                env.setting("PUBLIC_URL", "where the world sees web; https makes cookies secure")
                        .shownAs("http://localhost:$PORT")
                        .parsed("http://localhost" + (port == 0 ? "" : ":" + port), PublicUrl::parse),
                Duration.ofSeconds(env.setting("CACHE_TTL_SECONDS", "how long a cached read is kept; 0: nothing is")
                        .integer(300, 0, 86_400)),
                Duration.ofHours(env.setting("SESSION_TTL_HOURS", "how long a log-in lasts")
                        .integer(336, 1, 8760)),
                passwordCost(env),
                env.setting("LOG_IN_TRIES_BY_ADDRESS", "failed log-ins from one network in 15 minutes")
                        .integer(100, 1, 1_000_000),
                env.setting("LOG_IN_TRIES_BY_ACCOUNT", "failed log-ins to one account in 15 minutes")
                        .integer(10, 1, 1_000_000),
                env.setting("SIGN_UPS_BY_ADDRESS", "new accounts from one network in 15 minutes")
                        .integer(10, 1, 1_000_000),
                env.setting("WEB_MAX_REQUESTS", "requests at once per web process; past it 503")
                        .integer(512, 1, 100_000),
                env.setting("TRUSTED_PROXY_HOPS", "entries of X-Forwarded-For, from the right, that our proxies wrote")
                        .integer(0, 0, 10),
                env.setting("METRICS_TOKEN", "bearer token of /metrics, 16 characters or more; unset: /metrics is 404")
                        .optionalSecret(Settings::token),
                env.setting("STATUS_PUBLIC", "true shows /status to everybody, not to admins alone")
                        .bool(false),
                env.setting("WORKER_THREADS", "jobs at once per worker process").integer(8, 1, 1000),
                env.setting(
                                "SMTP_URL",
                                "SMTP: smtp://user:password@host:587, smtps:// for TLS; unset: mails are logged")
                        .optionalSecret(SmtpUrl::parse),
                env.setting("MAIL_FROM", "sender of all mails")
                        .parsed("Academy <academy@localhost>", MailAddress::sender),
                env.setting(
                                "SMTP_PLAIN_LOGIN",
                                "true sends SMTP_URL's password without TLS where the server offers none")
                        .bool(false),
                files(env),
                env.setting("VIDEO_MAX_MB", "largest upload").integer(2048, 1, 5000) * 1_000_000L,
                env.setting("FFMPEG", "the ffmpeg program, with ffprobe beside it: a path, or a name on the PATH")
                        .text("ffmpeg"),
                cron(
                        env.setting(
                                "DIGEST_CRON", "when the day's digests go: second minute hour day month weekday, UTC"),
                        "0 0 7 * * *"),
                cron(
                        env.setting("REMINDER_CRON", "when untouched courses are looked for; mails go by day only"),
                        "0 0 * * * *"),
                cron(
                        env.setting(
                                "PURGE_CRON",
                                "when expired data is deleted: second minute hour day month weekday, UTC"),
                        "0 30 3 * * *"),
                process,
                env.settings());
    }

    /** Reads the settings that every process has. This happens before the log starts. */
    static ProcessSettings process(Env env) {
        return new ProcessSettings(
                env.setting("LOG_LEVEL", "trace, debug, info, warn or error").choice(Logging.Level.INFO),
                env.setting("LOG_FORMAT", "text or json").choice(Logging.Format.TEXT),
                Release.read(env),
                Duration.ofSeconds(env.setting("SHUTDOWN_GRACE_SECONDS", "from SIGTERM to the end, at the most")
                        .integer(25, 1, 3600)));
    }

    /**
     * The bounds of the memory, in KiB: 7,168 is the least that OWASP lists, and 1,048,576 still fits a small
     * container.
     */
    private static Passwords.Cost passwordCost(Env env) {
        var defaultValue = Passwords.Cost.DEFAULT;
        return new Passwords.Cost(
                env.setting("ARGON2_MEMORY_KIB", "memory that a password's hash takes")
                        .integer(defaultValue.memoryKib(), 7_168, 1_048_576),
                env.setting("ARGON2_ITERATIONS", "passes over that memory").integer(defaultValue.iterations(), 1, 20),
                env.setting("ARGON2_LANES", "lanes of that memory").integer(defaultValue.lanes(), 1, 16));
    }

    private static Optional<S3Bucket> files(Env env) {
        var bucket = env.setting("S3_BUCKET", "where files are kept; unset: nothing that needs files works")
                .optional(S3Bucket::name);
        var keyId = env.setting("AWS_ACCESS_KEY_ID", "who we are at S3").optional(text -> text);
        var key = env.setting("AWS_SECRET_ACCESS_KEY", "and its secret").optionalSecret(Secret::new);
        var sessionToken =
                env.setting("AWS_SESSION_TOKEN", "of temporary credentials").optionalSecret(Secret::new);
        var region = env.setting("AWS_REGION", "S3's region").text("us-east-1");
        var endpoint = env.setting("AWS_ENDPOINT_URL_S3", "another server that speaks S3's protocol")
                .optional(S3Bucket::endpoint);
        if (bucket.isEmpty()) return Optional.empty();
        if (keyId.isEmpty()) env.fault("AWS_ACCESS_KEY_ID is required with S3_BUCKET");
        if (key.isEmpty()) env.fault("AWS_SECRET_ACCESS_KEY is required with S3_BUCKET");
        if (keyId.isEmpty() || key.isEmpty()) return Optional.empty();
        var address = endpoint.map(url -> S3Bucket.at(url, bucket.get()))
                .orElseGet(() -> S3Bucket.amazon(bucket.get(), region));
        return Optional.of(new S3Bucket(address, region, keyId.get(), key.get(), sessionToken));
    }

    private static Cron cron(Env.Declaration setting, String defaultValue) {
        return setting.parsed(defaultValue, text -> text.equals(defaultValue) ? Cron.known(text) : Cron.parse(text));
    }

    private static Secret secretKey(String text) {
        if (text.getBytes(StandardCharsets.UTF_8).length < 32) {
            throw new IllegalArgumentException("needs 32 bytes or more: openssl rand -hex 32");
        }
        if (text.chars().distinct().count() < 8) {
            throw new IllegalArgumentException("is a placeholder, not a random key: openssl rand -hex 32");
        }
        return new Secret(text);
    }

    private static Secret token(String text) {
        if (text.length() < 16) throw new IllegalArgumentException("needs 16 characters or more");
        return new Secret(text);
    }

    HttpSettings http() {
        return new HttpSettings(port, publicUrl, webMaxRequests, trustedProxyHops, drain());
    }

    /**
     * How long work under way may take to finish at shutdown. The rest of the grace period (3 s, or 30% of a period of
     * at most 10 s) is for interrupting that work and closing pools.
     */
    Duration drain() {
        var grace = process.shutdownGrace();
        return grace.toSeconds() > 10
                ? grace.minusSeconds(3)
                : grace.multipliedBy(7).dividedBy(10);
    }
}
