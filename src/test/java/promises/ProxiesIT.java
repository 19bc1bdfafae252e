package promises;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import bench.Load;
import dev.Machine;
import dev.TestServices;
import factors.App;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real proxies stand before four webs, which are replaced one after the other under load, on their own ports. A proxy
 * tries another web when one refuses a connection.
 */
@Tag("long")
class ProxiesIT {
    private static final int WEBS = 4;
    private static final int REPLACEMENTS = Integer.getInteger("replacements", 8);
    private final TestServices services = TestServices.shared();
    private final Map<Integer, App> webs = new HashMap<>();

    /** One of the proxies with the clients that use it. */
    private record Used(LocalProxy proxy, CourseWriter writer, Future<Load.Outcome> reads) {
        void assertNoneFailed() throws Exception {
            var outcome = reads.get();
            System.out.printf(
                    "%s: %d replacements, %d reads, %d failed, p99 %.0f ms, longest %.0f ms; writes: %s%n",
                    proxy.program,
                    REPLACEMENTS,
                    outcome.requests(),
                    outcome.failed(),
                    outcome.milliseconds(99),
                    outcome.milliseconds(100),
                    writer.statuses());
            assertEquals(0, outcome.failed());
            assertTrue(outcome.requests() > 1000);
            assertEquals(Set.of(201), writer.statuses().keySet());
        }
    }

    @Test
    void noRequestFailsWhileWebsAreReplaced(@TempDir Path folder) throws Exception {
        var settings = services.settings(services.newDatabase());
        settings.put("TRUSTED_PROXY_HOPS", "1");
        CourseWriter.createAdmin(settings);
        var used = new ArrayList<Used>();
        var end = new AtomicLong(Long.MAX_VALUE);
        try (var readers = Executors.newVirtualThreadPerTaskExecutor();
                AutoCloseable stop = () -> end.set(0)) { // the executor's close waits for the readers
            for (var i = 0; i < WEBS; i++) start(settings, Machine.freePort());
            for (var program : LocalProxy.PROGRAMS) {
                var proxy = LocalProxy.start(program, folder, webs.keySet());
                var writer = CourseWriter.start(proxy.address(), program + " %d of %d", 2);
                var reads = readers.submit(() -> Load.until(proxy.port, 2, end::get, () -> "/api/courses?limit=1"));
                used.add(new Used(proxy, writer, reads));
                theAddressOfTheClientIsTheOneThatTheProxySaw(proxy.port, "127.0.0." + (1 + used.size()));
                compressedResponsesAndTheirTagsPass(proxy.port);
            }
            var turn = List.copyOf(webs.keySet());
            for (var i = 0; i < REPLACEMENTS; i++) replace(settings, turn.get(i % WEBS));
            end.set(System.nanoTime());
            for (var each : used) each.writer.stop();
            for (var each : used) each.assertNoneFailed();
        } finally {
            for (var each : used) {
                each.writer.close();
                each.proxy.close();
            }
            for (var web : webs.values()) web.close();
        }
    }

    private void start(Map<String, String> settings, int port) throws Exception {
        var own = new HashMap<>(settings);
        own.put("PORT", String.valueOf(port));
        var web = App.start(own, "web");
        webs.put(port, web);
        try (var client = HttpClient.newHttpClient()) {
            assertEquals(200, web.get(client, "/health/ready").statusCode());
        }
    }

    private void replace(Map<String, String> settings, int port) throws Exception {
        var old = webs.get(port);
        old.terminate();
        assertTrue(Set.of(0, 143).contains(old.exitCode()));
        old.close();
        start(settings, port);
        Thread.sleep(700); // until HAProxy, which asks twice, takes it for ready
    }

    private void compressedResponsesAndTheirTagsPass(int port) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            var style = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/assets/any/style.css".formatted(port)))
                    .header("Accept-Encoding", "gzip");
            var first = client.send(style.build(), BodyHandlers.discarding()).headers();
            assertEquals("gzip", first.firstValue("Content-Encoding").orElse("none"));
            style.header("If-None-Match", first.firstValue("ETag").orElseThrow());
            assertEquals(
                    304, client.send(style.build(), BodyHandlers.discarding()).statusCode());
        }
    }

    /** A client may invent an entry of X-Forwarded-For; the access log must show the address that the proxy added. */
    private void theAddressOfTheClientIsTheOneThatTheProxySaw(int port, String source) throws Exception {
        var address = InetAddress.getByName(source); // another one than the proxy has
        try (var client = HttpClient.newBuilder().localAddress(address).build()) {
            var forged = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/api/courses?limit=3".formatted(port)))
                    .header("X-Forwarded-For", "203.0.113.9");
            assertEquals(
                    200, client.send(forged.build(), BodyHandlers.discarding()).statusCode());
        }
        Machine.await(60, "the access log", () -> logged().anyMatch(line -> line.contains("client=" + source)));
        assertTrue(logged().noneMatch(line -> line.contains("203.0.113.9")));
    }

    private Stream<String> logged() {
        return webs.values().stream().flatMap(web -> web.out().stream());
    }
}
