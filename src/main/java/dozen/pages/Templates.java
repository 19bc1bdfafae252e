package dozen.pages;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Renders the Mustache templates of mails and pages, from {@code templates/} on the class path. In a template whose
 * name ends in .html, every value is escaped. A value that a template names and that is missing is an error, so that no
 * mail is sent with a gap.
 */
public final class Templates {
    private final Map<String, Template> compiled = new ConcurrentHashMap<>();

    /** @param name the path below {@code templates/}, such as mails/welcome.html */
    public String render(String name, Map<String, Object> values) {
        return compiled.computeIfAbsent(name, Templates::compile).execute(values);
    }

    private static Template compile(String name) {
        try (var reader = open(name)) {
            return Mustache.compiler()
                    .escapeHTML(name.endsWith(".html"))
                    .strictSections(true)
                    .emptyStringIsFalse(true)
                    .withLoader(Templates::open)
                    .compile(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens a template. The names of partials, too, are paths below {@code templates/}. */
    private static Reader open(String name) {
        var file = Templates.class.getResourceAsStream("/templates/" + name);
        if (file == null) throw new IllegalArgumentException("no template " + name);
        return new InputStreamReader(file, StandardCharsets.UTF_8);
    }
}
