package dozen.pages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Reads files of the class path, and those of webjars: scripts and styles of others, packaged as libraries. */
public final class ClassPath {
    private ClassPath() {}

    /** @param path an absolute path, such as /templates/home.html */
    public static byte[] read(String path) {
        try (var file = ClassPath.class.getResourceAsStream(path)) {
            if (file == null) throw new IllegalArgumentException("not on the class path: " + path);
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param file the file's path below the folder that is named after the webjar and its version */
    public static byte[] webjar(String group, String name, String file) {
        var properties =
                new String(read("/META-INF/maven/%s/%s/pom.properties".formatted(group, name)), StandardCharsets.UTF_8);
        var version = properties
                .lines()
                .filter(line -> line.startsWith("version="))
                .findFirst()
                .orElseThrow()
                .substring("version=".length());
        return read("/META-INF/resources/webjars/%s/%s/%s".formatted(name, version, file));
    }
}
