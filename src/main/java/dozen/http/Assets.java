package dozen.http;

import dozen.domain.DomainError;
import dozen.security.Sha256;
import io.javalin.http.Context;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Style sheets and scripts, from {@code public/} on the class path. Their addresses hold a digest of them all, so a browser
 * may keep them for a year, and scripts may import each other by relative names. They are read at the first use.
 */
public final class Assets {
    private static final String PICO = "pico.css";
    /** The kit's own, which every application has. */
    private static final List<String> OWN = List.of("dozen/dozen.css", "dozen/status.js", "dozen/away.js");

    private static final int DIGITS = 16;
    private static final String FOR_A_YEAR = "public, max-age=31536000, immutable";

    private record Loaded(String version, Map<String, byte[]> files) {}

    private final List<String> names = new ArrayList<>(OWN);
    private Loaded loaded;

    /** @param names of the application's own, as site.css */
    public Assets(String... names) {
        this.names.addAll(List.of(names));
    }

    /** Where the browser finds them, without a slash at its end. */
    public String folder() {
        return "/assets/" + loaded().version();
    }

    public void register(Routes routes) {
        routes.get("/assets/{version}/<name>", Access.PUBLIC, this::serve);
    }

    private synchronized Loaded loaded() {
        if (loaded == null) loaded = load();
        return loaded;
    }

    private Loaded load() {
        var files = new LinkedHashMap<String, byte[]>();
        files.put(PICO, Webjar.read("org.webjars.npm", "picocss__pico", "css/pico.min.css"));
        for (var name : names) files.put(name, Webjar.resource("/public/" + name));
        var digest = Sha256.start();
        files.values().forEach(digest::update);
        return new Loaded(HexFormat.of().formatHex(digest.digest()).substring(0, DIGITS), files);
    }

    private void serve(Context context) {
        var current = loaded();
        var name = context.pathParam("name");
        var bytes = current.files().get(name);
        if (bytes == null) throw DomainError.notFound();
        // A page of the release before gets what there is, and must not keep it under that address.
        var isCurrent = context.pathParam("version").equals(current.version());
        if (isCurrent) context.header("Cache-Control", FOR_A_YEAR);
        var tag = "W/\"" + current.version() + "\""; // weak, for the bytes may be compressed
        context.header("ETag", tag);
        // A service worker obeys the policy that came with its own script.
        context.header("Content-Security-Policy", Html.POLICY);
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
