package dozen.app;

import dozen.config.Env;
import dozen.logging.Logging;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.slf4j.event.Level;

/**
 * The settings that every process reads before all others.
 *
 * @param shutdownGrace the longest time from the first signal to the end
 * @param tls trusts the authorities of CA_CERTIFICATES besides Java's own; unset: Java's own alone
 */
public record ProcessSettings(
        Level logLevel, Logging.Format logFormat, Release release, Duration shutdownGrace, Optional<SSLContext> tls) {
    private static final String UNKNOWN = "unknown";

    /** The running release: the platform's version of it, and the commit that it was built from. */
    public record Release(String version, String commit) {}

    public static ProcessSettings read(Env env) {
        return new ProcessSettings(
                env.setting("LOG_LEVEL", "trace, debug, info, warn or error").choice(Level.INFO),
                env.setting("LOG_FORMAT", "text or json").choice(Logging.Format.TEXT),
                new Release(
                        env.setting("RELEASE_VERSION", "name of this release, for logs and the status page")
                                .or("HEROKU_RELEASE_VERSION")
                                .text(UNKNOWN),
                        env.setting(
                                        "RELEASE_COMMIT",
                                        "commit of this release; the build knows it when it ran in a clone")
                                .or("HEROKU_SLUG_COMMIT")
                                .or("RENDER_GIT_COMMIT")
                                .or("RAILWAY_GIT_COMMIT_SHA")
                                .or("KAMAL_VERSION")
                                .shownAs("the build's commit")
                                .text(builtCommit())),
                Duration.ofSeconds(env.setting("SHUTDOWN_GRACE_SECONDS", "from SIGTERM to the end, at the most")
                        .integer(25, 1, 3600)),
                env.setting("CA_CERTIFICATES", "PEM: authorities to trust, besides Java's own, for TLS to any service")
                        .optionalSecret(ProcessSettings::trusting));
    }

    /** The message repeats nothing of the text, because somebody may have added the private key. */
    private static SSLContext trusting(String pem) {
        try {
            var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init((KeyStore) null); // Java's own
            var known = (X509TrustManager) trust.getTrustManagers()[0];
            var all = new ArrayList<Certificate>(List.of(known.getAcceptedIssuers()));
            var own = new ByteArrayInputStream(pem.getBytes(StandardCharsets.UTF_8));
            all.addAll(CertificateFactory.getInstance("X.509").generateCertificates(own));
            if (all.size() == known.getAcceptedIssuers().length) throw new CertificateException("there is none");
            var store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (var each : all) store.setCertificateEntry("ca-" + store.size(), each);
            trust.init(store);
            var context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("must be in PEM format, with its line breaks");
        }
    }

    /** The commit that the build wrote into the jar. */
    private static String builtCommit() {
        var properties = new Properties();
        try (var file = ProcessSettings.class.getResourceAsStream("/release.properties")) {
            if (file != null) properties.load(file);
        } catch (IOException e) {
            // the commit stays unknown
        }
        return properties.getProperty("git.commit.id.full", UNKNOWN);
    }

    /**
     * How long work under way may take to finish at shutdown. The rest of the grace period (3 s, or 30 % of a period of
     * at most 10 s) is for interrupting that work and closing pools.
     */
    public Duration drain() {
        return shutdownGrace.toSeconds() > 10
                ? shutdownGrace.minusSeconds(3)
                : shutdownGrace.multipliedBy(7).dividedBy(10);
    }
}
