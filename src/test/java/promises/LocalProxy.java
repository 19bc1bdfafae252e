package promises;

import dev.Machine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** nginx or HAProxy on loopback before some webs. Its configuration is the one that docs/scale.md shows. */
final class LocalProxy implements AutoCloseable {
    static final List<String> PROGRAMS = List.of("nginx", "haproxy");
    private static final Map<String, List<String>> COMMANDS =
            Map.of("nginx", List.of("nginx", "-c"), "haproxy", List.of("haproxy", "-f"));
    /** What stands around the page's block: nginx's own files go to the test's folder. */
    private static final Map<String, String> FRAMES = Map.of("nginx", """
            daemon off;
            pid %1$s/nginx.pid;
            error_log %1$s/error.log warn;
            events {}
            http {
                access_log off;
                client_body_temp_path %1$s/body;
                proxy_temp_path %1$s/proxy;
                %2$s
            }
            """, "haproxy", "%2$s");

    final String program;
    final int port = Machine.freePort();
    private final Path folder;
    private final Process process;

    private LocalProxy(String program, Path folder, Collection<Integer> webs) throws IOException {
        this.program = program;
        this.folder = folder;
        var configuration = configuration(ScalePage.block(program), webs);
        var file = Files.writeString(
                folder.resolve(program + ".conf"), FRAMES.get(program).formatted(folder, configuration));
        var command = new ArrayList<>(COMMANDS.get(program));
        command.add(file.toString());
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output().toFile())
                .start();
    }

    static LocalProxy start(String program, Path folder, Collection<Integer> webs)
            throws IOException, InterruptedException {
        var proxy = new LocalProxy(program, folder, webs);
        for (var i = 0; i < 100; i++) {
            try {
                new Socket(InetAddress.getLoopbackAddress(), proxy.port).close();
                Thread.sleep(1000); // until the proxy has checked the webs
                return proxy;
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
        proxy.close();
        throw new IOException(program + " does not start: " + Files.readString(proxy.output()));
    }

    /** The page's text with this proxy's port, and with a line for each web in place of web-1's. */
    private String configuration(String page, Collection<Integer> webs) {
        return page.replaceAll("(?<=listen |bind ):?80\\b", "127.0.0.1:" + port)
                .lines()
                .flatMap(line ->
                        line.contains("web-1:8000") ? webs.stream().map(web -> server(line, web)) : Stream.of(line))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private static String server(String line, int web) {
        return line.replace("web-1:8000", "127.0.0.1:" + web).replace("web-1", "web-" + web);
    }

    private Path output() {
        return folder.resolve(program + ".output");
    }

    String address() {
        return "http://127.0.0.1:" + port;
    }

    /** The warnings and errors of nginx; HAProxy writes none to a file. */
    String log() throws IOException {
        var log = folder.resolve("error.log");
        return Files.exists(log) ? Files.readString(log) : "";
    }

    @Override
    public void close() {
        process.destroy();
    }
}
