package promises;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The blocks of code in docs/scale.md, which tests run as they stand there. */
final class ScalePage {
    private ScalePage() {}

    /** The page's only block in this language. */
    static String block(String language) throws IOException {
        var page = Files.readString(Path.of("docs/scale.md"));
        var block =
                Pattern.compile("(?ms)^```%s\\n(.*?)^```$".formatted(language)).matcher(page);
        if (!block.find()) throw new IOException("docs/scale.md has no block of " + language);
        return block.group(1);
    }
}
