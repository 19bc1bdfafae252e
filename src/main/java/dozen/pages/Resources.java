package dozen.pages;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import io.javalin.compression.CompressionStrategy;
import io.javalin.compression.Compressor;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The files of the class path: Mustache templates, and those of webjars, which package scripts and styles of others. */
public final class Resources {
    private static final Map<String, Template> TEMPLATES = new ConcurrentHashMap<>();
    private static final Map<String, byte[]> COMPRESSED = new ConcurrentHashMap<>();
    private static final Mustache.Compiler COMPILER =
            Mustache.compiler().strictSections(true).emptyStringIsFalse(true).withLoader(Resources::open);

    private Resources() {}

    /** @param path an absolute path, such as /public/dozen/icon.svg */
    public static byte[] read(String path) {
        try (var file = Resources.class.getResourceAsStream(path)) {
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

    /**
     * Answers with a file. Each is compressed once, at the first request that takes gzip.
     *
     * @param name tells the file from all others, and from those of another release
     */
    public static void answer(Context context, String name, Supplier<byte[]> file) {
        var gzip = CompressionStrategy.GZIP.findMatchingCompressor(String.valueOf(context.header("Accept-Encoding")));
        if (gzip == null) {
            context.result(file.get());
            return;
        }
        var body = COMPRESSED.computeIfAbsent(name, _ -> compress(gzip, file.get()));
        context.header("Content-Encoding", gzip.encoding()).result(body);
    }

    private static byte[] compress(Compressor gzip, byte[] file) {
        var body = new ByteArrayOutputStream();
        try (var out = gzip.compress(body)) {
            out.write(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return body.toByteArray();
    }

    /**
     * Renders a template to HTML, with every value escaped. A value that a template names and that is missing is an
     * error, so that no mail is sent with a gap.
     *
     * @param name the path below {@code templates/}, such as accounts/log-in.html; so are the names of partials
     */
    public static String render(String name, Map<String, Object> values) {
        return TEMPLATES
                .computeIfAbsent(name, each -> COMPILER.compile(open(each)))
                .execute(values);
    }

    /** Renders a template to plain text, as {@link #render} does, with no value escaped. */
    public static String renderText(String name, Map<String, Object> values) {
        return COMPILER.escapeHTML(false).compile(open(name)).execute(values);
    }

    private static Reader open(String name) {
        return new StringReader(new String(read("/templates/" + name), StandardCharsets.UTF_8));
    }
}
