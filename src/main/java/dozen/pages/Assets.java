package dozen.pages;

import dozen.domain.DomainError;
import dozen.http.Access;
import dozen.http.Routes;
import io.javalin.http.ContentType;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Serves scripts and icons from {@code public/} on the class path, and all style sheets as one, style.css. The URLs hold
 * a checksum of all files, so a browser may keep them for a year, and scripts can import each other by relative names.
 */
final class Assets {
    private final List<String> names = new ArrayList<>();
    private final Map<String, byte[]> files = new LinkedHashMap<>(); // the checksum depends on their order
    private String version;
    private String policy;

    /** @param name a file below {@code public/}, such as dozen/icon.svg; a style sheet becomes a part of style.css */
    void add(String name) {
        names.add(name);
    }

    /** The path of the files in the browser, without a trailing slash. */
    String folder() {
        return "/assets/" + version;
    }

    /**
     * Reads the files that were added until now, and serves them.
     *
     * @param storage another origin, to which a service worker may send files; empty for none
     */
    void register(Routes routes, String storage) {
        policy = Routes.PAGE_POLICY.replace("connect-src 'self'", ("connect-src 'self' " + storage).strip());
        var style = new ByteArrayOutputStream();
        style.writeBytes(Resources.webjar("org.webjars.npm", "picocss__pico", "css/pico.min.css"));
        for (var name : names) {
            var bytes = Resources.read("/public/" + name);
            if (type(name).startsWith("text/css")) style.writeBytes(bytes);
            else files.put(name, bytes);
        }
        files.put("style.css", style.toByteArray());
        var checksum = new CRC32(); // a hash like SHA-256 takes 20 ms of a start, because no code is compiled yet
        files.values().forEach(checksum::update);
        version = HexFormat.of().toHexDigits(checksum.getValue(), 8);
        routes.get("/assets/{version}/<name>", Access.PUBLIC, this::serve);
    }

    private void serve(Context context) {
        var name = context.pathParam("name");
        var bytes = files.get(name);
        if (bytes == null) throw DomainError.notFound();
        // A page of the previous release asks for an old version. It gets the current file, which must not be cached
        // under the old URL.
        if (context.pathParam("version").equals(version)) {
            context.header("Cache-Control", "public, max-age=31536000, immutable");
        }
        context.header("ETag", tag(version));
        // A service worker obeys the policy that came with its own script.
        context.header("Content-Security-Policy", policy);
        context.header("Service-Worker-Allowed", "/");
        context.contentType(type(name));
        Resources.answer(context, version + "/" + name, () -> bytes);
    }

    /** An entity tag. It is weak, because the same tag stands for the compressed body, too. */
    static String tag(String hash) {
        return "W/\"" + hash + "\"";
    }

    /** @throws IllegalArgumentException when no type is known, which stops the start */
    private static String type(String name) {
        var type = ContentType.mimeTypeByExtension(name.substring(name.lastIndexOf('.') + 1));
        if (type == null) throw new IllegalArgumentException("no media type is known for " + name);
        return type.startsWith("text/") ? type + "; charset=utf-8" : type;
    }
}
