package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;

import academy.videos.LocalFfmpeg;
import dev.MailCatcher;
import dev.TestServices;
import factors.App;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs {@link Story} on backing services of its own. The story also runs on those of scripts/server, so the same
 * program works with other services when only their addresses change.
 */
class StoryIT {
    @Test
    void theStoryIsTheSameOnAnySetOfServices(@TempDir Path folder) throws Exception {
        try (var postgres = TestServices.startPostgres("story/postgres", 0);
                var redis = TestServices.startRedis("story/redis", 0);
                var s3 = TestServices.startS3("story/s3");
                var catcher = MailCatcher.start()) {
            postgres.execute("postgres", "CREATE DATABASE story");
            Map<String, String> settings = new HashMap<>(s3.settings());
            settings.put("PORT", "0");
            settings.put("DATABASE_URL", postgres.url("story"));
            settings.put("REDIS_URL", redis.url());
            settings.put("SMTP_URL", catcher.url());
            settings.put("FFMPEG", LocalFfmpeg.program());
            settings.put("SECRET_KEY", "fedcba9876543210fedcba9876543210");
            try (var release = App.start(settings, "release")) {
                assertEquals(0, release.exitCode(), release.err().toString());
            }
            try (var admin = App.start(settings, "task", "create-admin", "root@example.com", "Root")
                    .input("correct horse battery\n")) {
                assertEquals(0, admin.exitCode(), admin.err().toString());
            }
            try (var web = App.start(settings, "web");
                    var _ = App.start(settings, "worker");
                    var story = new Story("http://127.0.0.1:" + web.port(), catcher.page(), folder)) {
                story.tell("root@example.com", "correct horse battery");
            }
        }
    }
}
