package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bench.Load;
import dev.TestServices;
import factors.App;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two web processes behind a load balancer are replaced in turn, 20 times, under load: no request fails. */
@Tag("long")
class RollingDeployIT {
    private static final int REPLACEMENTS = 20;
    private static final int CONNECTIONS = 8;

    private final TestServices services = TestServices.shared();
    private final String databaseUrl = services.newDatabase();
    private final ArrayDeque<App> webs = new ArrayDeque<>();
    private final AtomicInteger turn = new AtomicInteger();
    private volatile int[] ports = new int[0];

    @Test
    void noRequestFailsWhileTheProcessesAreReplaced() throws Exception {
        for (var i = 0; i < 2; i++) webs.add(start());
        balance();
        var ended = new AtomicLong(Long.MAX_VALUE);
        try (var balancer = new Proxy(() -> ports[Math.floorMod(turn.getAndIncrement(), ports.length)])) {
            var load = CompletableFuture.supplyAsync(() -> {
                try {
                    return Load.until(balancer.port(), CONNECTIONS, ended::get, () -> "/api/courses?limit=1");
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            for (var i = 0; i < REPLACEMENTS; i++) replaceOne();
            ended.set(System.nanoTime());
            var outcome = load.get();
            System.out.printf(
                    "rolling deploy: %d processes replaced in %.0f s, %d requests, %d failed, p99 %.0f ms%n",
                    REPLACEMENTS, outcome.seconds(), outcome.requests(), outcome.failed(), outcome.milliseconds(99));
            assertTrue(outcome.requests() > 1000);
            assertEquals(0, outcome.failed());
        } finally {
            for (var web : webs) web.close();
        }
    }

    private App start() throws Exception {
        var web = App.start(services.settings(databaseUrl), "web");
        try (var client = HttpClient.newHttpClient()) {
            assertEquals(200, web.get(client, "/health/ready").statusCode());
        }
        return web;
    }

    private void balance() throws InterruptedException {
        var now = new int[webs.size()];
        var i = 0;
        for (var web : webs) now[i++] = web.port();
        ports = now;
    }

    /**
     * Replaces a process as platforms do: once the new one is ready, the old one gets no new connections, then SIGTERM.
     */
    private void replaceOne() throws Exception {
        webs.add(start());
        var old = webs.remove();
        balance();
        Thread.sleep(Duration.ofMillis(100));
        old.terminate();
        assertTrue(Set.of(0, 143).contains(old.exitCode()));
        old.close();
    }
}
