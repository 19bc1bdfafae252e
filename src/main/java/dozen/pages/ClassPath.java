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
        var properties = read("/META-INF/maven/%s/%s/pom.properties".formatted(group, name));
        var version = new String(properties, StandardCharsets.UTF_8).replaceAll("(?s).*version=(\\S+).*", "$1");
        return read("/META-INF/resources/webjars/%s/%s/%s".formatted(name, version, file));
    }
}
