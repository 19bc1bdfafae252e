package dozen.apidocs;

import com.fasterxml.jackson.core.JsonProcessingException;
import dozen.app.Feature;
import dozen.app.Services;
import dozen.config.WebAddress;
import dozen.domain.DomainError;
import dozen.http.Access;
import dozen.http.Routes;
import dozen.pages.Layout;
import dozen.pages.Resources;
import io.javalin.http.Context;
import java.util.Map;

/**
 * {@code /openapi.json}, the description of the API, and {@code /docs}, a page that reads it (Swagger UI). The
 * description is made of what the routes tell of themselves.
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
        routes.get(
                        "/openapi.json",
                        Access.PUBLIC,
                        context -> context.contentType("application/json").result(document(routes)))
                .summary("This document")
                .returns(200, "application/json");
        routes.get("/docs", Access.PUBLIC, ApiDocsFeature::page)
                .summary("This document as a page (Swagger UI)")
                .returns(200, "text/html");
        routes.get("/docs/{asset}", Access.PUBLIC, ApiDocsFeature::asset)
                .summary("A part of that page")
                .returns(200);
    }

    private static void page(Context context) {
        Routes.html(context, PAGE, "");
        context.header("Content-Security-Policy", POLICY);
    }

    private static void asset(Context context) {
        var name = context.pathParam("asset");
        if (name.equals("start.js")) {
            context.contentType("text/javascript; charset=utf-8").result(START);
            return;
        }
        if (!ASSETS.containsKey(name)) throw DomainError.notFound();
        context.header("Cache-Control", "public, max-age=3600");
        context.contentType(ASSETS.get(name));
        Resources.answer(context, name, () -> Resources.webjar("org.webjars", "swagger-ui", name));
    }

    /** Makes the document once, at its first request. */
    private synchronized byte[] document(Routes routes) throws JsonProcessingException {
        if (document == null) {
            document = Document.of(layout.application, publicUrl + "/docs", routes.operations());
        }
        return document;
    }
}
