package academy.certificates;

import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;

/**
 * Gives each Arabic letter the form that its neighbors require, because PDF draws glyphs and does not join letters. The
 * forms come from Unicode, which lists those of a letter in one order: isolated, final, initial, medial.
 */
final class ArabicLetters {
    private static final int ISOLATED = 0;
    private static final int FINAL = 1;
    private static final int INITIAL = 2;
    private static final int MEDIAL = 3;
    private static final char TATWEEL = '\u0640';

    /** The forms of each letter, or of each two-letter ligature (lam and alef), in that order. */
    private static final Map<String, String> FORMS = new HashMap<>();

    static {
        add('\uFE80', '\uFEFC'); // Arabic goes first: its order holds where Persian or Uighur add forms
        add('\uFB50', '\uFBFF');
    }

    private ArabicLetters() {}

    private static void add(char from, char to) {
        for (var form = from; form <= to; form++) {
            var letters = Normalizer.normalize(String.valueOf(form), Normalizer.Form.NFKC);
            var isForm = letters.charAt(0) != form && letters.chars().allMatch(Character::isLetter);
            if (isForm) FORMS.merge(letters, String.valueOf(form), String::concat);
        }
    }

    /** Returns the text with every letter in its form, still in reading order. */
    static String joined(String text) {
        var joined = new StringBuilder();
        var before = false; // whether the previous letter joins to this one
        for (var i = 0; i < text.length(); ) {
            var letter = unit(text, i);
            var forms = FORMS.get(letter);
            if (forms == null) {
                joined.append(letter);
                if (!isMark(letter.charAt(0))) before = letter.charAt(0) == TATWEEL;
            } else {
                var after = joinsNext(forms) && nextJoinsPrevious(text, i + letter.length());
                joined.append(form(forms, before, after));
                before = joinsNext(forms);
            }
            i += letter.length();
        }
        return joined.toString();
    }

    private static String unit(String text, int at) {
        if (at + 2 <= text.length()) {
            var two = text.substring(at, at + 2);
            if (FORMS.containsKey(two)) return two;
        }
        return text.substring(at, at + 1);
    }

    private static char form(String forms, boolean before, boolean after) {
        var wanted = before ? (after ? MEDIAL : FINAL) : after ? INITIAL : ISOLATED;
        return forms.charAt(wanted < forms.length() ? wanted : ISOLATED);
    }

    private static boolean joinsNext(String forms) {
        return forms.length() > INITIAL;
    }

    private static boolean nextJoinsPrevious(String text, int from) {
        for (var i = from; i < text.length(); i++) {
            if (isMark(text.charAt(i))) continue;
            var forms = FORMS.get(unit(text, i));
            return text.charAt(i) == TATWEEL || forms != null && forms.length() > FINAL;
        }
        return false;
    }

    /** A vowel sign stands on its letter and joins nothing. */
    private static boolean isMark(char character) {
        return Character.getType(character) == Character.NON_SPACING_MARK;
    }
}
