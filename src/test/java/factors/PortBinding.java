package factors;

import static factors.Factor.expect;

import dev.FreePort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/** VII: the service is exported by binding a port. */
final class PortBinding {
    private PortBinding() {}

    static String observe(Subject subject) throws Exception {
        var settings = subject.deploy();
        var given = FreePort.find();
        try (var fixed = subject.start(Subject.with(settings, "PORT", String.valueOf(given)), "web");
                var free = subject.start(settings, "web");
                var another = subject.start(settings, "web")) {
            expect(fixed.port() == given, "PORT is %d, but it listens on %d", given, fixed.port());
            expect(free.port() != another.port(), "two with PORT=0 share a port");
            for (var web : new App[] {fixed, free, another}) {
                expect(subject.visitor(web).get("/health", "").statusCode() == 200, "it does not answer by itself");
                expect(listening(web.pid()).equals(Set.of(web.port())), "it listens on %s", listening(web.pid()));
            }
            try (var taken = subject.start(Subject.with(settings, "PORT", String.valueOf(given)), "web")) {
                expect(
                        taken.exitCode() == 69 && taken.err().size() == 1,
                        "a taken port ends with %d",
                        taken.exitCode());
            }
            return "the given port %d and two free ones at once, nothing else listens; a taken port is refused in one line"
                    .formatted(given);
        }
    }

    /** The ports that a process listens on, as the kernel lists them in /proc. */
    private static Set<Integer> listening(long pid) throws Exception {
        var sockets = new HashSet<String>();
        try (var open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (var each : (Iterable<Path>) open::iterator) {
                var target = Files.readSymbolicLink(each).toString();
                if (target.startsWith("socket:[")) sockets.add(target.replaceAll("\\D", ""));
            }
        }
        var ports = new HashSet<Integer>();
        for (var table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
            for (var line : Files.readAllLines(Path.of(table))) {
                var columns = line.strip().split("\\s+");
                if (!columns[3].equals("0A") || !sockets.contains(columns[9])) continue;
                ports.add(Integer.parseInt(columns[1].substring(columns[1].indexOf(':') + 1), 16));
            }
        }
        return ports;
    }
}
