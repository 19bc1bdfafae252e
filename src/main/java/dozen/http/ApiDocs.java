package dozen.http;

import dozen.domain.DomainError;
import io.javalin.http.Context;
import java.util.Map;

/** {@code /openapi.json}, the description of the API, and {@code /docs}, a page that reads it (Swagger UI). */
public final class ApiDocs {
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

    private final byte[] document;

    /** @param resource the OpenAPI document on the class path */
    public ApiDocs(String resource) {
        this.document = Webjar.resource(resource);
    }

    public void register(Routes routes) {
        routes.get(
                "/openapi.json",
                Access.PUBLIC,
                context -> context.contentType("application/json").result(document));
        routes.get("/docs", Access.PUBLIC, context -> {
            Html.answer(context, PAGE);
            context.header("Content-Security-Policy", POLICY);
        });
        routes.get("/docs/{asset}", Access.PUBLIC, ApiDocs::asset);
    }

    private static void asset(Context context) {
        var name = context.pathParam("asset");
        if (name.equals("start.js")) {
            context.contentType("text/javascript; charset=utf-8").result(START);
            return;
        }
        if (!ASSETS.containsKey(name)) throw DomainError.notFound();
        context.header("Cache-Control", "public, max-age=3600");
        context.contentType(ASSETS.get(name)).result(Webjar.read("org.webjars", "swagger-ui", name));
    }
}
