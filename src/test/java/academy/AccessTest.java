package academy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dozen.http.Access;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Calls every route without a log-in, as a learner and as an admin: its access decides who is let in. */
class AccessTest {
    private static final String ID = "00000000-0000-7000-8000-000000000000";

    @Test
    void everyRouteEnforcesItsAccess() {
        var cheap = Map.of("ARGON2_MEMORY_KIB", "7168", "ARGON2_ITERATIONS", "1");
        try (var app = RunningAcademy.start(cheap)) {
            app.signUp("learner@example.com");
            app.admin();
            var wrong = new ArrayList<String>();
            app.accessByRoute().forEach((route, access) -> {
                var isPage = !route.contains(" /api/");
                // Some routes end the session, so each is called with a new one.
                var nobody = ask(app, route, "").statusCode();
                var learner = ask(app, route, app.logIn("learner@example.com")).statusCode();
                var admin = ask(app, route, app.logIn("admin@example.com")).statusCode();
                var refused = isPage && !route.endsWith(" /status") ? 303 : 401;
                var right = switch (access) {
                    case PUBLIC -> isLetIn(nobody) || route.endsWith(" /metrics");
                    case USER -> nobody == refused && isLetIn(learner) && isLetIn(admin);
                    case ADMIN -> nobody == refused && learner == 403 && isLetIn(admin);
                };
                if (!right) wrong.add("%s %s: %d %d %d".formatted(access, route, nobody, learner, admin));
            });
            assertEquals(List.of(), wrong);
            assertTrue(app.accessByRoute().size() > 20);
            assertTrue(app.accessByRoute().containsValue(Access.ADMIN));
        }
    }

    private static boolean isLetIn(int status) {
        return status != 401 && status != 403 && status < 500 || status == 503; // 503: no file storage is attached here
    }

    private static HttpResponse<String> ask(RunningAcademy app, String route, String cookie) {
        var parts = route.split(" ");
        var isForm = !parts[1].startsWith("/api/");
        var request = app.request(parts[1].replaceAll("[{<]\\w+[}>]", ID))
                .header("Content-Type", isForm ? "application/x-www-form-urlencoded" : "application/json")
                .method(
                        parts[0],
                        parts[0].equals("GET") ? BodyPublishers.noBody() : BodyPublishers.ofString(isForm ? "" : "{}"));
        if (!cookie.isEmpty()) request.header("Cookie", cookie);
        return app.send(request);
    }
}
