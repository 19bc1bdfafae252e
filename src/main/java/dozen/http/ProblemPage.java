package dozen.http;

import java.util.List;
import java.util.Map;

/**
 * Renders the error page that browsers get where programs get application/problem+json. It uses no attached resource.
 */
@FunctionalInterface
public interface ProblemPage {
    /**
     * The content of an error page.
     *
     * @param detail what the reader can do about the error
     * @param away the names of the attached resources that do not answer
     * @param temporary true when waiting may help; the page then tries again by itself
     */
    record View(int status, String title, String detail, String requestId, List<String> away, boolean temporary) {
        /** The fields by the names that a template uses. */
        public Map<String, Object> values() {
            return Map.of(
                    "status", status,
                    "title", title,
                    "detail", detail,
                    "requestId", requestId == null ? "" : requestId,
                    "away", away,
                    "temporary", temporary);
        }
    }

    String render(View view);
}
