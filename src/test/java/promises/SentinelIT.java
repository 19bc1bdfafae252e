package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.Machine;
import dev.TestServices;
import factors.App;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Redis is killed under load, and three Sentinels promote its replica. Redis replicates after it has answered, so the
 * log-ins of the very last moment may be lost.
 */
@Tag("long")
class SentinelIT {
    private static final int CLIENTS = 8;
    private static final Duration MAX_RECOVERY = Duration.ofSeconds(10);
    private static final String CONFIGURATION = """
            port %d
            bind 127.0.0.1
            sentinel monitor main 127.0.0.1 %d 2
            sentinel down-after-milliseconds main 1000
            sentinel failover-timeout main 5000
            """;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Queue<String> sessions = new ConcurrentLinkedQueue<>();
    private final TreeMap<Integer, Integer> statuses = new TreeMap<>();
    private volatile long killed = Long.MAX_VALUE;
    private volatile long firstSuccess;
    private volatile boolean ended;

    @Test
    void sessionsGoOnWithTheReplica(@TempDir Path folder) throws Exception {
        var sentinels = new ArrayList<Process>();
        try (var primary = TestServices.startRedis("sentinel-primary", 0, "--repl-diskless-sync-delay", "0");
                var replica = TestServices.startRedis(
                        "sentinel-replica", 0, "--replicaof", "127.0.0.1", "" + primary.port())) {
            var ports = new int[3];
            for (var i = 0; i < ports.length; i++) {
                ports[i] = Machine.freePort();
                sentinels.add(start(folder.resolve(i + ".conf"), ports[i], primary.port()));
            }
            for (var port : ports) awaitReplica(port);
            awaitReplication(primary.port());
            var services = TestServices.shared();
            var settings = services.settings(services.newDatabase());
            settings.put(
                    "REDIS_URL",
                    "redis+sentinel://127.0.0.1:%d,127.0.0.1:%d,127.0.0.1:%d/main/0"
                            .formatted(ports[0], ports[1], ports[2]));
            try (var web = App.start(settings, "web");
                    var clients = Executors.newVirtualThreadPerTaskExecutor()) {
                var address = "http://127.0.0.1:" + web.port();
                for (var i = 0; i < CLIENTS; i++) {
                    var number = i;
                    clients.submit(() -> logIn(address, number));
                }
                for (var i = 0; i < 300 && sessions.size() <= 2 * CLIENTS; i++) Thread.sleep(100);
                assertTrue(sessions.size() > 2 * CLIENTS, "before the kill: " + statuses);
                var start = System.nanoTime();
                primary.process().destroyForcibly();
                Thread.sleep(500); // until the answers that were on their way have arrived
                killed = start;
                for (var i = 0; i < 300 && firstSuccess == 0; i++) Thread.sleep(100);
                Thread.sleep(2000);
                ended = true;
                clients.close();
                assertTrue(firstSuccess != 0, "nobody could log in again: " + statuses);
                var lost = 0;
                for (var session : sessions) if (get(address + "/api/me", session) != 200) lost++;
                System.out.printf(
                        "Sentinel: a log-in %d ms after the kill; answers: %s; %d of %d sessions lost%n",
                        (firstSuccess - killed) / 1_000_000, statuses, lost, sessions.size());
                assertEquals(Set.of(201, 503), statuses.keySet());
                assertTrue(firstSuccess - killed < MAX_RECOVERY.toNanos());
                assertTrue(lost <= CLIENTS, lost + " sessions");
            }
        } finally {
            sentinels.forEach(Process::destroy);
        }
    }

    private static Process start(Path configuration, int port, int primary) throws IOException {
        Files.writeString(configuration, CONFIGURATION.formatted(port, primary));
        return new ProcessBuilder("redis-server", configuration.toString(), "--sentinel")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Waits until the Sentinel knows the replica and both other Sentinels. */
    private static void awaitReplica(int port) throws InterruptedException {
        for (var i = 0; i < 300; i++) {
            try (var sentinel = new Jedis("127.0.0.1", port)) {
                var known = sentinel.sentinelMaster("main");
                if (known.get("num-slaves").equals("1")
                        && known.get("num-other-sentinels").equals("2")) return;
            } catch (JedisException e) {
                // it does not answer yet
            }
            Thread.sleep(100);
        }
        throw new AssertionError("the Sentinel on port %d knows no replica".formatted(port));
    }

    /** Waits until the replica has copied the data and follows each write. */
    private static void awaitReplication(int port) throws InterruptedException {
        try (var primary = new Jedis("127.0.0.1", port)) {
            for (var i = 0; i < 300 && !primary.info("replication").contains("state=online"); i++) Thread.sleep(100);
            assertTrue(primary.info("replication").contains("state=online"));
        }
    }

    private Void logIn(String address, int number) throws Exception {
        var email = "a%d@example.com".formatted(number);
        var password = "correct horse battery";
        post(address + "/api/accounts", """
                {"email": "%s", "password": "%s", "name": "A"}""".formatted(email, password));
        while (!ended) {
            var status = 0; // no answer
            try {
                var answer = post(address + "/api/sessions", """
                        {"email": "%s", "password": "%s"}""".formatted(email, password));
                status = answer.statusCode();
                if (status == 201) {
                    sessions.add(answer.headers()
                            .firstValue("Set-Cookie")
                            .orElseThrow()
                            .split(";")[0]);
                    if (firstSuccess == 0 && System.nanoTime() > killed) firstSuccess = System.nanoTime();
                }
            } catch (IOException e) {
                // counted as 0
            }
            synchronized (statuses) {
                statuses.merge(status, 1, Integer::sum);
            }
            if (status != 201) Thread.sleep(100);
        }
        return null;
    }

    private HttpResponse<String> post(String address, String body) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(address))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private int get(String address, String cookie) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(address)).header("Cookie", cookie);
        return client.send(request.build(), BodyHandlers.discarding()).statusCode();
    }
}
