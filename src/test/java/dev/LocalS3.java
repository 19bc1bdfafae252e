package dev;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A real S3 server on loopback: S3Proxy from a Maven artifact, in a process of its own. It checks every signature. */
public final class LocalS3 implements AutoCloseable {
    private static final Path JAR = Path.of("target/s3/s3proxy.jar");
    private static final String KEY_ID = "local";
    private static final String KEY = "local-secret";
    private static final String BUCKET = "academy";

    private final Process process;
    private final Path data;
    private final int port;

    private LocalS3(Process process, Path data, int port) {
        this.process = process;
        this.data = data;
        this.port = port;
    }

    /**
     * Starts the server without waiting for it; {@link #await} does that.
     *
     * @param binaries the folder for the class archive that speeds up its start
     * @param data the folder for its files, which are kept between runs
     * @param port the port, or 0 for a free one
     * @param more further lines of its settings
     */
    static LocalS3 start(Path binaries, Path data, int port, String... more) throws IOException {
        var folder = data.toAbsolutePath();
        Files.createDirectories(folder.resolve("files").resolve(BUCKET));
        var chosen = port == 0 ? Machine.freePort() : port;
        var lines = new ArrayList<>(List.of(
                "s3proxy.endpoint=http://127.0.0.1:" + chosen,
                "s3proxy.authorization=aws-v2-or-v4",
                "s3proxy.identity=" + KEY_ID,
                "s3proxy.credential=" + KEY,
                // Pages of localhost may send files straight to it, and those of 127.0.0.1 may not.
                "s3proxy.cors-allow-origins=http://localhost:[0-9]+",
                "s3proxy.cors-allow-methods=PUT",
                "s3proxy.cors-allow-headers=content-type",
                "jclouds.provider=filesystem-nio2",
                "jclouds.filesystem.basedir="
                        + folder.resolve("files").toString().replace("\\", "\\\\")));
        lines.addAll(List.of(more));
        var settings = Files.write(folder.resolve("s3proxy.properties"), lines);
        // Ctrl-C reaches all processes of the terminal; this one ignores it and ends after web has drained.
        var command = "trap '' INT; exec \"$0\" \"$@\"";
        var builder = new ProcessBuilder(
                        "sh",
                        "-c",
                        command,
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-Xmx128m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        // A class archive, made when it first stops, brings the start down to a third of the time.
                        "-XX:+AutoCreateSharedArchive",
                        "-XX:SharedArchiveFile="
                                + Files.createDirectories(binaries.toAbsolutePath())
                                        .resolve("s3proxy.jsa"),
                        "-Xlog:disable",
                        "-DLOG_LEVEL=warn",
                        "-jar",
                        JAR.toAbsolutePath().toString(),
                        "--properties",
                        settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("s3proxy.log").toFile());
        return new LocalS3(builder.start(), folder, chosen);
    }

    /** Waits until it answers. Throws IOException when its process ends, or after about 30 s. */
    LocalS3 await() throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(endpoint()))
                .timeout(Duration.ofSeconds(5))
                .build();
        try (var client = HttpClient.newHttpClient()) {
            for (var i = 0; i < 600 && process.isAlive(); i++) {
                try {
                    client.send(request, HttpResponse.BodyHandlers.discarding());
                    return this;
                } catch (IOException e) {
                    Thread.sleep(50);
                }
            }
        }
        throw new IOException("the S3 server did not start; see " + data.resolve("s3proxy.log"));
    }

    ProcessHandle process() {
        return process.toHandle();
    }

    private String endpoint() {
        return "http://127.0.0.1:" + port;
    }

    /** The settings that attach a process to this server. */
    public Map<String, String> settings() {
        var settings = new LinkedHashMap<String, String>();
        settings.put("S3_BUCKET", BUCKET);
        settings.put("AWS_ACCESS_KEY_ID", KEY_ID);
        settings.put("AWS_SECRET_ACCESS_KEY", KEY);
        settings.put("AWS_ENDPOINT_URL_S3", endpoint());
        return settings;
    }

    /** The names of all files in the bucket, without the scratch files that remain when a sender gives up. */
    public List<String> files() throws IOException {
        var folder = data.resolve("files").resolve(BUCKET);
        return Machine.files(folder, "").stream()
                .map(file -> folder.relativize(file).toString())
                .filter(name -> !name.matches(".*-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"))
                .toList();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
