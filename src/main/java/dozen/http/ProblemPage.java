package dozen.http;

import dozen.pages.Templates;
import java.util.List;
import java.util.Map;

/** What a browser is shown where programs get application/problem+json. It is made without asking any resource. */
@FunctionalInterface
public interface ProblemPage {
    /**
     * @param detail what the reader can do about it
     * @param away the attached resources that do not answer
     * @param passes true when waiting may help; the page then asks again by itself
     */
    record View(int status, String title, String detail, String requestId, List<String> away, boolean passes) {
        /** For a template. */
        public Map<String, Object> values() {
            return Map.of(
                    "status", status,
                    "title", title,
                    "detail", detail,
                    "requestId", requestId == null ? "" : requestId,
                    "away", away,
                    "passes", passes);
        }
    }

    String render(View view);

    /** The kit's own, for an application that has no pages. */
    static ProblemPage plain(Assets assets, Templates templates) {
        return view ->
                templates.render("dozen/problem.html", Map.of("assets", assets.folder(), "problem", view.values()));
    }
}
