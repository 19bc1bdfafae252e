package academy.certificates;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.util.GregorianCalendar;
import java.util.HexFormat;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.pdmodel.font.PDType0Font;

/**
 * The PDF page that a learner gets. All its lines use one font, which covers Latin, Greek, Cyrillic, Arabic, Hebrew and
 * more. A character that the font lacks is drawn as a box, and a line says where the name can be read in full.
 * Selecting or searching the text finds the true name in any script.
 */
final class CertificatePdf implements AutoCloseable {
    private static final PDRectangle LANDSCAPE = new PDRectangle(PDRectangle.A4.getHeight(), PDRectangle.A4.getWidth());
    private static final float MARGIN = 70;

    private final PDDocument document = new PDDocument();
    private final PDFont font;
    private final PDPageContentStream content;
    private float y = 440;

    private CertificatePdf() throws IOException {
        var page = new PDPage(LANDSCAPE);
        document.addPage(page);
        try (var file = CertificatePdf.class.getResourceAsStream("/fonts/DejaVuSans.ttf")) {
            font = PDType0Font.load(document, file); // embeds the glyphs that are used
        }
        content = new PDPageContentStream(document, page);
    }

    /** @param page the address at which anybody can verify the certificate */
    static byte[] of(Certificate certificate, String page) throws IOException {
        try (var pdf = new CertificatePdf()) {
            pdf.describe(certificate);
            pdf.frame();
            pdf.line("Academy certifies that", 14, 14, 1);
            pdf.space(14);
            var whole = pdf.line(certificate.name(), 38, 14, 1);
            pdf.space(14);
            pdf.line("has completed the course", 14, 14, 1);
            pdf.space(10);
            whole &= pdf.line(certificate.course(), 26, 12, 2);
            pdf.y = 150;
            pdf.line("on " + certificate.day(), 12, 12, 1);
            if (!whole) {
                pdf.space(6);
                pdf.line(
                        "A box stands for a letter that the font of this page lacks. The page below shows it all.",
                        9,
                        9,
                        1);
            }
            pdf.y = 80;
            pdf.line("Verify it at " + page, 9, 7, 1);
            return pdf.bytes();
        }
    }

    private void describe(Certificate certificate) {
        var information = document.getDocumentInformation();
        information.setTitle("%s: %s".formatted(certificate.name(), certificate.course()));
        information.setCreator("Academy");
        information.setCreationDate(
                GregorianCalendar.from(certificate.issuedAt().atZone(ZoneOffset.UTC)));
        document.getDocumentCatalog().setLanguage("en");
    }

    private void frame() throws IOException {
        content.setStrokingColor(0.15f, 0.3f, 0.45f);
        content.setLineWidth(3);
        content.addRect(30, 30, LANDSCAPE.getWidth() - 60, LANDSCAPE.getHeight() - 60);
        content.stroke();
        content.setLineWidth(0.7f);
        content.addRect(38, 38, LANDSCAPE.getWidth() - 76, LANDSCAPE.getHeight() - 76);
        content.stroke();
    }

    private void space(float points) {
        y -= points;
    }

    /**
     * Draws the text centered and moves below it. Sizes are in points. Returns whether the font has every character.
     */
    private boolean line(String text, float largest, float min, int maxLines) throws IOException {
        var printed = PrintedText.of(text, font, largest, min, LANDSCAPE.getWidth() - 2 * MARGIN, maxLines);
        beginSpan(text);
        for (var line : printed.lines()) {
            y -= printed.size() * 1.25f;
            content.beginText();
            content.setFont(font, printed.size());
            var width = PrintedText.width(line, font) * printed.size() / 1000;
            content.newLineAtOffset((LANDSCAPE.getWidth() - width) / 2, y);
            content.showText(line);
            content.endText();
        }
        content.endMarkedContent();
        return printed.whole();
    }

    /**
     * Marks what is drawn next as standing for this text. The mark is in the page itself, because many readers look
     * nowhere else.
     */
    @SuppressWarnings("deprecation") // the library offers no other way
    private void beginSpan(String text) throws IOException {
        var utf16 = HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_16)); // with its byte order mark
        content.appendRawCommands("/Span <</ActualText <%s>>> BDC%n".formatted(utf16));
    }

    private byte[] bytes() throws IOException {
        content.close();
        var bytes = new ByteArrayOutputStream();
        document.save(bytes);
        return bytes.toByteArray();
    }

    @Override
    public void close() throws IOException {
        document.close();
    }
}
