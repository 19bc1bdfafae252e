package academy.certificates;

import java.io.IOException;
import java.text.Bidi;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import org.apache.pdfbox.pdmodel.font.PDFont;

/**
 * A text as it is drawn: broken into lines that fit, each from left to right whatever the script, with a box for every
 * character that the font lacks.
 *
 * @param whole false when there is such a box
 */
record PrintedText(List<String> lines, float size, boolean whole) {
    private static final char BOX = '\u25A1';
    private static final float STEP = 2;
    /** Pairs of Unicode's mirrored characters, those that occur in names and titles. */
    private static final String MIRRORED = "()[]{}<>\u00ab\u00bb\u2039\u203a\u2264\u2265";

    /**
     * Breaks the text at the largest size, in points, that needs at most {@code maxLines} lines. At the smallest size
     * the text takes as many lines as it needs.
     */
    static PrintedText of(String text, PDFont font, float largest, float min, float width, int maxLines)
            throws IOException {
        var plain = plain(text);
        for (var size = largest; ; size -= STEP) {
            var lines = broken(plain, font, width * 1000 / size);
            if (lines.size() > maxLines && size - STEP >= min) continue;
            var drawn = new ArrayList<String>();
            var whole = true;
            for (var line : lines) {
                var visual = visual(ArabicLetters.joined(line));
                var printable = printable(visual, font);
                whole &= printable.equals(visual);
                drawn.add(printable);
            }
            return new PrintedText(drawn, size, whole);
        }
    }

    /** Composes letters, and replaces invisible characters (line breaks, direction marks) with a space. */
    private static String plain(String text) {
        var composed = Normalizer.normalize(text, Normalizer.Form.NFC);
        return composed.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}\\s]+", " ").strip();
    }

    private static List<String> broken(String text, PDFont font, float width) throws IOException {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (var word : text.split(" ")) {
            var longer = line.isEmpty() ? word : line + " " + word;
            if (width(longer, font) <= width) {
                line.setLength(0);
                line.append(longer);
                continue;
            }
            if (!line.isEmpty()) lines.add(line.toString());
            line.setLength(0);
            for (var character : word.codePoints().mapToObj(Character::toString).toList()) {
                if (width(line + character, font) > width && !line.isEmpty()) {
                    lines.add(line.toString());
                    line.setLength(0);
                }
                line.append(character);
            }
        }
        lines.add(line.toString());
        return lines;
    }

    static float width(String text, PDFont font) throws IOException {
        return font.getStringWidth(printable(text, font));
    }

    /** Returns the text in drawing order, from left to right: runs of right-to-left scripts are reversed. */
    private static String visual(String text) {
        if (!Bidi.requiresBidi(text.toCharArray(), 0, text.length())) return text;
        var bidi = new Bidi(text, Bidi.DIRECTION_DEFAULT_LEFT_TO_RIGHT);
        var runs = new String[bidi.getRunCount()];
        var levels = new byte[runs.length];
        for (var i = 0; i < runs.length; i++) {
            levels[i] = (byte) bidi.getRunLevel(i);
            var run = text.substring(bidi.getRunStart(i), bidi.getRunLimit(i));
            runs[i] = levels[i] % 2 == 0 ? run : mirrored(new StringBuilder(run).reverse());
        }
        Bidi.reorderVisually(levels, 0, runs, 0, runs.length);
        return String.join("", runs);
    }

    /** Swaps paired characters, because a bracket in a right-to-left text is drawn as its mirror image. */
    private static String mirrored(StringBuilder text) {
        for (var i = 0; i < text.length(); i++) {
            var at = MIRRORED.indexOf(text.charAt(i));
            if (at >= 0) text.setCharAt(i, MIRRORED.charAt(at ^ 1));
        }
        return text.toString();
    }

    private static String printable(String text, PDFont font) {
        var printable = new StringBuilder();
        text.codePoints().forEach(character -> {
            if (hasGlyph(font, character)) printable.appendCodePoint(character);
            else printable.append(BOX);
        });
        return printable.toString();
    }

    private static boolean hasGlyph(PDFont font, int character) {
        try {
            font.encode(Character.toString(character));
            return true;
        } catch (IllegalArgumentException | IOException e) {
            return false;
        }
    }
}
