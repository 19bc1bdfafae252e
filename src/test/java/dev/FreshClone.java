package dev;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A copy of the project in another folder, as a newcomer has it: the sources, without build output or kept data. */
record FreshClone(Path folder) {
    private static final Set<String> LEFT_OUT = Set.of("target", ".dev", ".git", ".env");

    static FreshClone into(Path folder) throws IOException {
        var from = Path.of("").toAbsolutePath();
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path each, BasicFileAttributes attributes) throws IOException {
                if (LEFT_OUT.contains(each.getFileName().toString())) return FileVisitResult.SKIP_SUBTREE;
                Files.createDirectories(folder.resolve(from.relativize(each)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path each, BasicFileAttributes attributes) throws IOException {
                if (!LEFT_OUT.contains(each.getFileName().toString())) {
                    Files.copy(each, folder.resolve(from.relativize(each)), StandardCopyOption.COPY_ATTRIBUTES);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return new FreshClone(folder);
    }

    /** Starts a shell command in the copy, with this JDK first on the PATH. The output goes to a file. */
    Started start(String command, String... environment) throws IOException {
        var output = Files.createTempFile("output", ".txt");
        var builder = new ProcessBuilder("sh", "-c", command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().remove("MAVEN_OPTS");
        builder.environment().remove("PORT");
        builder.environment().put("PATH", System.getProperty("java.home") + "/bin:" + System.getenv("PATH"));
        for (var i = 0; i < environment.length; i += 2) builder.environment().put(environment[i], environment[i + 1]);
        return new Started(builder.start(), output);
    }

    /** Runs a shell command to its end; returns its standard output. */
    String run(String command) throws IOException, InterruptedException {
        try (var started = start("(" + command + ") 2>/dev/null")) {
            assertTrue(started.process().waitFor(60, TimeUnit.SECONDS), "it does not end: " + command);
            return started.text();
        }
    }

    record Started(Process process, Path output) implements AutoCloseable {
        /** Long enough for a build beside two others on two cores. */
        private static final int MAX_SECONDS = 600;

        String text() throws IOException {
            return Files.readString(output, StandardCharsets.UTF_8);
        }

        void await(String text) throws IOException, InterruptedException {
            for (var i = 0; i < MAX_SECONDS * 20 && process.isAlive(); i++) {
                if (text().contains(text)) return;
                Thread.sleep(50);
            }
            throw new AssertionError("it does not say \"" + text + "\": " + text());
        }

        void signal(String name) throws IOException, InterruptedException {
            new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        }

        int exitCode() throws IOException, InterruptedException {
            if (!process.waitFor(MAX_SECONDS, TimeUnit.SECONDS)) throw new AssertionError("it does not end: " + text());
            return process.exitValue();
        }

        @Override
        public void close() throws IOException, InterruptedException {
            if (process.isAlive()) signal("TERM");
            if (!process.waitFor(40, TimeUnit.SECONDS)) process.destroyForcibly();
            Files.deleteIfExists(output);
        }
    }
}
