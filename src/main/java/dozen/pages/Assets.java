package dozen.pages;

import dozen.domain.DomainError;
import dozen.http.Access;
import dozen.http.Routes;
import dozen.security.Signer;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Serves scripts and icons from {@code public/} on the class path, and all style sheets as one, style.css. The URLs hold
 * a hash of all files, so a browser may keep them for a year, and scripts can import each other by relative names. The
 * files are read at the first use.
 */
final class Assets {
    private static final int DIGITS = 16;
    private static final String FOR_A_YEAR = "public, max-age=31536000, immutable";

    private record Loaded(String version, Map<String, byte[]> files) {}

    private final List<String> styles = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private Loaded loaded;

    /** @param name a file below {@code public/}, such as dozen/dozen.css */
    void style(String name) {
        styles.add(name);
    }

    /** @param name a file below {@code public/}, such as dozen/icon.svg */
    void add(String name) {
        names.add(name);
    }

    /** The path of the files in the browser, without a trailing slash. */
    String folder() {
        return "/assets/" + loaded().version();
    }

    void register(Routes routes) {
        routes.get("/assets/{version}/<name>", Access.PUBLIC, this::serve);
    }

    private synchronized Loaded loaded() {
        if (loaded == null) loaded = load();
        return loaded;
    }

    private Loaded load() {
        var files = new LinkedHashMap<String, byte[]>();
        files.put("style.css", style());
        for (var name : names) files.put(name, ClassPath.read("/public/" + name));
        var hash = Signer.sha256();
        files.values().forEach(hash::update);
        return new Loaded(HexFormat.of().formatHex(hash.digest()).substring(0, DIGITS), files);
    }

    private byte[] style() {
        var whole = new ByteArrayOutputStream();
        whole.writeBytes(ClassPath.webjar("org.webjars.npm", "picocss__pico", "css/pico.min.css"));
        for (var name : styles) whole.writeBytes(ClassPath.read("/public/" + name));
        return whole.toByteArray();
    }

    private void serve(Context context) {
        var current = loaded();
        var name = context.pathParam("name");
        var bytes = current.files().get(name);
        if (bytes == null) throw DomainError.notFound();
        // A page of the previous release asks for an old version. It gets the current file, which must not be cached
        // under the old URL.
        var isCurrent = context.pathParam("version").equals(current.version());
        if (isCurrent) context.header("Cache-Control", FOR_A_YEAR);
        var tag = "W/\"" + current.version() + "\""; // weak, because the body may be compressed
        context.header("ETag", tag);
        // A service worker obeys the policy that came with its own script.
        context.header("Content-Security-Policy", Routes.PAGE_POLICY);
        context.header("Service-Worker-Allowed", "/");
        if (String.valueOf(context.header("If-None-Match")).contains(tag)) {
            context.status(304);
            return;
        }
        context.contentType(type(name)).result(bytes);
    }

    private static String type(String name) {
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "css" -> "text/css; charset=utf-8";
            case "js" -> "text/javascript; charset=utf-8";
            case "svg" -> "image/svg+xml";
            default -> throw new IllegalArgumentException("no type for " + name);
        };
    }
}
