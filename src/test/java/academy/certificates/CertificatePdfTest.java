package academy.certificates;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.font.PDType0Font;
import org.apache.pdfbox.rendering.PDFRenderer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CertificatePdfTest {
    private static Certificate certificate(String name) {
        return certificate(name, "Twelve factors, one jar: Ένα μάθημα");
    }

    private static Certificate certificate(String name, String course) {
        return new Certificate(
                UUID.fromString("01a20ee3-727c-735b-b2be-52ab6f3e999a"),
                new UUID(1, 1),
                new UUID(2, 2),
                name,
                course,
                Instant.parse("2026-11-24T12:00:00Z"),
                Certificate.Status.QUEUED);
    }

    private static final String PAGE = "https://academy.example.com/certificates/01a20ee3-727c-735b-b2be-52ab6f3e999a";

    static List<Arguments> names() {
        return List.of(
                arguments("Zoë Müller-O'Brien", true),
                arguments("Ольга", true),
                arguments("Ελένη Παπαδοπούλου", true),
                arguments("محمد", true),
                arguments("محمد بن عبد الله Smith", true),
                arguments("שרה כהן", true),
                arguments("李小龍", false),
                arguments("नेहा", false),
                arguments("Anna Maria ".repeat(18) + "Ab", true), // 200 characters
                arguments("Llanfairpwllgwyngyll".repeat(10), true)); // 200 characters in one word
    }

    @ParameterizedTest
    @MethodSource("names")
    void aNameInAnyScriptIsOnOnePageAndCanBeReadAsItWasGiven(String name, boolean covered) throws Exception {
        var bytes = CertificatePdf.of(certificate(name), PAGE);
        try (var document = Loader.loadPDF(bytes)) {
            assertEquals(1, document.getNumberOfPages());
            assertEquals(
                    name + ": Twelve factors, one jar: Ένα μάθημα",
                    document.getDocumentInformation().getTitle());
            for (var font : document.getPage(0).getResources().getFontNames()) {
                assertTrue(document.getPage(0).getResources().getFont(font).isEmbedded());
            }
            var image = new PDFRenderer(document).renderImage(0);
            var frameIsWhole = image.getRGB(35, 300) == -1 && image.getRGB(image.getWidth() - 35, 300) == -1;
            assertTrue(frameIsWhole, "nothing runs over the frame");
        }
        var folder = Files.createDirectories(Path.of("target/certificates"));
        var file = Files.write(folder.resolve(Integer.toHexString(name.hashCode()) + ".pdf"), bytes);
        var text = text(file);
        if (text == null) return; // no pdftotext here
        var plain = text.replaceAll("[\\s\\u202A-\\u202E\\u2066-\\u2069]+", "");
        // pdftotext reverses right-to-left text, even when it is in reading order already.
        for (var word : name.split(" ")) {
            var turned = new StringBuilder(word).reverse().toString();
            assertTrue(plain.contains(word) || plain.contains(turned), text);
        }
        assertEquals(!covered, text.contains("A box stands for a letter"));
        assertTrue(plain.contains(PAGE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"מבוא למדעי המחשב (חלק א)", "مقدمة في علوم الحاسوب (١)", "Εισαγωγή", "Введение"})
    void aCourseInAScriptThatNamesPrintInPrintsToo(String course) throws Exception {
        var file = Files.write(
                Files.createDirectories(Path.of("target/certificates"))
                        .resolve("course-" + Integer.toHexString(course.hashCode()) + ".pdf"),
                CertificatePdf.of(certificate("Zoë", course), PAGE));
        var text = text(file);
        if (text == null) return; // no pdftotext here
        assertFalse(text.contains("A box stands for a letter"), text);
    }

    @Test
    void bracketsOpenTheOtherWayInATextThatIsReadFromTheRight() throws Exception {
        try (var document = new PDDocument();
                var font = CertificatePdfTest.class.getResourceAsStream("/fonts/DejaVuSans.ttf")) {
            var loaded = PDType0Font.load(document, font);
            assertEquals(
                    List.of("(\u05d1) \u05d0"),
                    PrintedText.of("\u05d0 (\u05d1)", loaded, 12, 12, 500, 1).lines());
            assertEquals(
                    List.of("a (b)"),
                    PrintedText.of("a (b)", loaded, 12, 12, 500, 1).lines());
        }
    }

    /** The text that pdftotext finds in the file; null where pdftotext is not installed. */
    private static String text(Path file) throws IOException, InterruptedException {
        try {
            var process = new ProcessBuilder("pdftotext", "-layout", file.toString(), "-").start();
            var text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(0, process.waitFor());
            return text;
        } catch (IOException e) {
            return null;
        }
    }

    @Test
    void controlCharactersAndHalvesOfPairsDoNotBreakIt() throws Exception {
        for (var name : new String[] {"a\u0001b\tc\nd", "\u202Eevil\u202C", "x\uD83D\uDE00y", "\u200B", "A\u0301"}) {
            assertFalse(CertificatePdf.of(certificate(name), PAGE).length == 0, name);
        }
    }

    @Test
    void arabicLettersTakeTheFormThatTheirNeighboursAskFor() {
        // meem is initial, hah medial, meem medial, dal final
        assertEquals("\uFEE3\uFEA4\uFEE4\uFEAA", ArabicLetters.joined("\u0645\u062D\u0645\u062F"));
        // alef does not join the letter after it: alef is isolated, lam initial, lam medial, heh final
        assertEquals("\uFE8D\uFEDF\uFEE0\uFEEA", ArabicLetters.joined("\u0627\u0644\u0644\u0647"));
        // lam and alef become one ligature
        assertEquals("\uFEB3\uFEFC\uFEE1", ArabicLetters.joined("\u0633\u0644\u0627\u0645"));
        assertEquals("plain", ArabicLetters.joined("plain"));
    }
}
