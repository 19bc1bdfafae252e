package academy.courses;

import dozen.http.Fields;
import dozen.http.Problem;
import java.util.List;

/** What an admin or a file says of a course; everything but the title may be left out. */
public record Draft(String title, String slug, String summary, String subject, String level, String url) {

    /** Blanks where nothing was given, and the slug made from the title. */
    Draft completed() {
        var name = slug == null || slug.isEmpty() ? Slug.of(title == null ? "" : title) : slug;
        return new Draft(title, name, orEmpty(summary), orEmpty(subject), orEmpty(level), orEmpty(url));
    }

    Draft withSlug(String other) {
        return new Draft(title, other, summary, subject, level, url);
    }

    private static String orEmpty(String text) {
        return text == null ? "" : text;
    }

    /** Of a completed draft. */
    List<Problem.FieldError> faults() {
        var fields = new Fields();
        fields.text("title", title, 1, 200);
        if (fields.errors().isEmpty()) {
            fields.text("slug", slug, 0, Slug.MOST);
            fields.matches("slug", slug, Slug.VALID, "must be small letters and digits with single hyphens between");
        }
        fields.text("summary", summary, 0, 10_000);
        fields.text("subject", subject, 0, 100);
        fields.text("level", level, 0, 100);
        fields.webAddress("url", url, 2_000);
        return fields.errors();
    }

    void check() {
        var faults = faults();
        if (!faults.isEmpty()) throw Problem.fields(faults);
    }
}
