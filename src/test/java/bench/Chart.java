package bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** An SVG bar chart of ratios. A dashed line marks the ratio 1, where both sides are equal. */
final class Chart {
    private static final int ROW = 28;
    private static final int LABELS = 330;
    private static final int ONE = 200;
    private static final double MAX = 2;

    private final String title;
    private final Map<String, Double> bars = new LinkedHashMap<>();

    Chart(String title) {
        this.title = title;
    }

    void bar(String label, double ratio) {
        bars.put(label, ratio);
    }

    Path write(Path file) throws IOException {
        var height = ROW * (bars.size() + 2);
        var svg = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" width="800" height="%d" font-family="sans-serif" font-size="13">
                <rect width="100%%" height="100%%" fill="white"/>
                <text x="10" y="20" font-weight="bold">%s</text>
                <line x1="%3$d" y1="30" x2="%3$d" y2="%1$d" stroke="#888" stroke-dasharray="4"/>
                """.formatted(height, title, LABELS + ONE));
        var y = ROW + 10;
        for (var bar : bars.entrySet()) {
            var width = Math.min(MAX, bar.getValue()) * ONE;
            svg.append("""
                    <text x="10" y="%d">%s</text><rect x="%d" y="%d" width="%.0f" height="16" fill="#2b6cb0"/>\
                    <text x="%.0f" y="%1$d">%.2f</text>
                    """.formatted(y + 13, bar.getKey(), LABELS, y, width, LABELS + width + 6, bar.getValue()));
            y += ROW;
        }
        Files.createDirectories(file.getParent());
        return Files.writeString(file, svg + "</svg>\n");
    }
}
