package dozen.app;

import dozen.config.Env;
import java.io.IOException;
import java.util.Properties;

/** The running release: the platform's version of it, and the commit that it was built from. */
public record Release(String version, String commit) {
    private static final String UNKNOWN = "unknown";

    /**
     * Reads the release from the environment. Without a commit there, it takes the one that the build wrote into the
     * jar.
     */
    public static Release read(Env env) {
        return new Release(
                env.setting("RELEASE_VERSION", "name of this release, for logs and the status page")
                        .or("HEROKU_RELEASE_VERSION")
                        .text(UNKNOWN),
                env.setting("RELEASE_COMMIT", "commit of this release; the build knows it when it ran in a clone")
                        .or("HEROKU_SLUG_COMMIT")
                        .shownAs("the build's commit")
                        .text(builtCommit()));
    }

    private static String builtCommit() {
        try (var file = Release.class.getResourceAsStream("/release.properties")) {
            if (file == null) return UNKNOWN;
            var properties = new Properties();
            properties.load(file);
            return properties.getProperty("git.commit.id.full", UNKNOWN);
        } catch (IOException e) {
            return UNKNOWN;
        }
    }
}
