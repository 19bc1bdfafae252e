package dozen.pages;

import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import java.io.Reader;
import java.io.StringReader;
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
        return Mustache.compiler()
                .escapeHTML(name.endsWith(".html"))
                .strictSections(true)
                .emptyStringIsFalse(true)
                .withLoader(Templates::open)
                .compile(open(name));
    }

    /** Opens a template. The names of partials, too, are paths below {@code templates/}. */
    private static Reader open(String name) {
        return new StringReader(new String(ClassPath.read("/templates/" + name), StandardCharsets.UTF_8));
    }
}
