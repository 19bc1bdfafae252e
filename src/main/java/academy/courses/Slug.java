package academy.courses;

import java.text.Normalizer;
import java.util.Locale;
import java.util.regex.Pattern;

/** The readable key by which an import finds a course that exists: small letters of any script, digits and single hyphens. */
final class Slug {
    static final Pattern VALID =
            Pattern.compile("[\\p{Ll}\\p{Lo}\\p{Lm}\\p{M}\\p{Nd}]+(-[\\p{Ll}\\p{Lo}\\p{Lm}\\p{M}\\p{Nd}]+)*");
    static final int MAX = 250;

    private static final Pattern ACCENTS = Pattern.compile("(?<=\\p{IsLatin})\\p{Mn}+");
    private static final Pattern OTHERS = Pattern.compile("[^\\p{L}\\p{M}\\p{Nd}]+");
    private static final Pattern HYPHENS_AT_ENDS = Pattern.compile("^-+|-+$");

    private Slug() {}

    /** Returns the slug with a number appended, shortened where needed to the longest that a slug may be. */
    static String numbered(String slug, int number) {
        var suffix = "-" + number;
        var length = Math.min(slug.length(), MAX - suffix.length());
        if (Character.isHighSurrogate(slug.charAt(length - 1))) length--;
        var base = slug.substring(0, length);
        return HYPHENS_AT_ENDS.matcher(base).replaceAll("") + suffix;
    }

    /**
     * Makes the slug of a title. It is empty when the title has neither letter nor digit. C, C++ and C# get different
     * slugs.
     */
    static String of(String title) {
        var words = title.replace("+", " plus ").replace("#", " sharp ").replace("&", " and ");
        var plain = ACCENTS.matcher(Normalizer.normalize(words, Normalizer.Form.NFKD))
                .replaceAll("");
        var composed = Normalizer.normalize(plain.toLowerCase(Locale.ROOT), Normalizer.Form.NFC);
        var hyphened = OTHERS.matcher(composed).replaceAll("-");
        return HYPHENS_AT_ENDS.matcher(hyphened).replaceAll("");
    }
}
