package dozen.pages;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;

/** Reads files of the class path, and those of webjars: scripts and styles of others, packaged as libraries. */
public final class Webjar {
    private Webjar() {}

    /** @param file the file's path below the folder that is named after the webjar and its version */
    public static byte[] read(String group, String name, String file) {
        return resource("/META-INF/resources/webjars/%s/%s/%s".formatted(name, version(group, name), file));
    }

    private static String version(String group, String name) {
        var properties = new Properties();
        var path = "/META-INF/maven/%s/%s/pom.properties".formatted(group, name);
        try (var file = Webjar.class.getResourceAsStream(path)) {
            if (file == null) throw new IllegalArgumentException("not on the class path: " + path);
            properties.load(file);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] resource(String path) {
        try (var file = Webjar.class.getResourceAsStream(path)) {
            if (file == null) throw new IllegalArgumentException("not on the class path: " + path);
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
