package dozen.apidocs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dozen.app.Feature;
import dozen.app.Services;
import dozen.config.WebAddress;
import dozen.domain.DomainError;
import dozen.http.Access;
import dozen.http.Json;
import dozen.http.Routes;
import dozen.pages.Layout;
import dozen.pages.Resources;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;

/**
 * {@code /openapi.json}, the description of the API, and {@code /docs}, a page that reads it (Swagger UI). The
 * description is merged from the parts that the features add to the routes.
 */
public final class ApiDocsFeature implements Feature {
    /** Swagger UI adds inline styles, so they are allowed. Scripts may come from this server only. */
    private static final String POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
            + " frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private static final Map<String, String> ASSETS = Map.of(
            "swagger-ui.css", "text/css; charset=utf-8",
            "swagger-ui-bundle.js", "text/javascript; charset=utf-8");

    private static final String PAGE = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>API</title>
            <link rel="icon" href="data:,">
            <link rel="stylesheet" href="/docs/swagger-ui.css">
            <script src="/docs/swagger-ui-bundle.js" defer></script>
            <script src="/docs/start.js" defer></script>
            </head>
            <body><div id="docs"></div></body>
            </html>
            """;

    private static final String START = """
            SwaggerUIBundle({ url: "/openapi.json", dom_id: "#docs", deepLinking: true, validatorUrl: null });
            """;

    private final Layout layout;
    private final WebAddress publicUrl;
    private byte[] document;

    public ApiDocsFeature(Services services) {
        layout = services.layout();
        publicUrl = services.publicUrl();
    }

    @Override
    public void routes(Routes routes) {
        layout.footer("API", "/docs");
        routes.document("/openapi/dozen.json");
        routes.get(
                "/openapi.json",
                Access.PUBLIC,
                context -> context.contentType("application/json").result(document(routes)));
        routes.get("/docs", Access.PUBLIC, context -> {
            Routes.html(context, PAGE);
            context.header("Content-Security-Policy", POLICY);
        });
        routes.get("/docs/{asset}", Access.PUBLIC, ApiDocsFeature::asset);
    }

    private static void asset(Context context) {
        var name = context.pathParam("asset");
        if (name.equals("start.js")) {
            context.contentType("text/javascript; charset=utf-8").result(START);
            return;
        }
        if (!ASSETS.containsKey(name)) throw DomainError.notFound();
        context.header("Cache-Control", "public, max-age=3600");
        context.contentType(ASSETS.get(name)).result(Resources.webjar("org.webjars", "swagger-ui", name));
    }

    private synchronized byte[] document(Routes routes) {
        if (document == null) document = merged(routes.documents());
        return document;
    }

    private byte[] merged(List<String> parts) {
        try {
            var whole = Json.MAPPER.createObjectNode();
            whole.putObject("info").put("title", layout.application());
            whole.putObject("externalDocs").put("url", publicUrl.link("/docs"));
            for (var part : parts) merge(whole, Json.MAPPER.readTree(Resources.read(part)));
            return Json.MAPPER.writeValueAsBytes(whole);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Merges objects and lists, so that a feature can add a required property to another feature's schema. */
    private static void merge(ObjectNode into, JsonNode part) {
        part.properties().forEach(entry -> {
            var known = into.get(entry.getKey());
            if (known instanceof ObjectNode object) merge(object, entry.getValue());
            else if (known instanceof ArrayNode array) entry.getValue().forEach(array::add);
            else into.set(entry.getKey(), entry.getValue());
        });
    }
}
