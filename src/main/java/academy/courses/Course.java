package academy.courses;

import dozen.domain.Validation;
import dozen.domain.Validation.Validated;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A course of the catalogue. */
public record Course(
        UUID id,
        String slug,
        String title,
        String summary,
        String subject,
        String level,
        String url,
        Instant createdAt) {

    public Draft draft() {
        return new Draft(title, slug, summary, subject, level, url);
    }

    /** A course as an admin or a file describes it. Everything but the title may be left out. */
    public record Draft(
            String title,
            @Nullable String slug,
            @Nullable String summary,
            @Nullable String subject,
            @Nullable String level,
            @Nullable String url)
            implements Validated {
        static final Draft EMPTY = new Draft("", "", "", "", "", "");
        /** In characters; in UTF-16 a title may be twice as long. */
        private static final int MAX_TITLE = 200;

        /**
         * Returns the draft with empty texts where nothing was given, and with a slug made from the title if it has none.
         */
        Draft completed() {
            var name = slug == null || slug.isEmpty()
                    ? Slug.of(title == null || title.length() > 2 * MAX_TITLE ? "" : title)
                    : slug;
            return new Draft(title, name, orEmpty(summary), orEmpty(subject), orEmpty(level), orEmpty(url));
        }

        Draft withSlug(String other) {
            return new Draft(title, other, summary, subject, level, url);
        }

        private static String orEmpty(String text) {
            return text == null ? "" : text;
        }

        /** Checks a completed draft. */
        @Override
        public void validate(Validation validation) {
            var isTitled = validation.text("title", title, 1, MAX_TITLE);
            var isShort = validation.text("slug", slug, 0, Slug.MAX);
            if (isTitled && isShort && !Slug.VALID.matcher(slug).matches()) {
                validation.error("slug", "must be small letters and digits with single hyphens between");
            }
            validation.text("summary", summary, 0, 10_000);
            validation.text("subject", subject, 0, 100);
            validation.text("level", level, 0, 100);
            if (validation.text("url", url, 0, 2_000) && !url.isEmpty() && !isWebAddress(url)) {
                validation.error("url", "is not a web address");
            }
        }

        private static boolean isWebAddress(String text) {
            try {
                var uri = new URI(text);
                return uri.getRawAuthority() != null
                        && String.valueOf(uri.getScheme()).matches("(?i)https?");
            } catch (URISyntaxException e) {
                return false;
            }
        }
    }
}
