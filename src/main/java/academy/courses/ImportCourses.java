package academy.courses;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dozen.domain.Exit;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackInputStream;
import java.io.Reader;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code task import-courses FILE|-}: adds the courses of a CSV file whose slug is new. It streams the file and keeps
 * only the slug, line and a hash of each row, so a file of a million rows fits into memory. A bad row is reported by
 * its line, and the others are kept. Running it again adds nothing twice.
 */
final class ImportCourses {
    static final String ARGUMENTS = "[--map title=NAME,…] FILE|-";

    private static final Logger log = LoggerFactory.getLogger(ImportCourses.class);
    private static final int BATCH = 1000;
    /**
     * The most characters in one row. A longer one means a quote that was never closed, which would fill the memory.
     */
    private static final int MAX_ROW_LENGTH = 4_194_304;

    private static final String UNDECODABLE = "\uFFFF";
    private static final byte[] BOM = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    /** A course of this file: its line, and a hash of everything but its slug. */
    private record Seen(long line, int content) {}

    private final Courses courses;
    private final Map<String, Seen> seen = new HashMap<>();
    private final List<Course.Draft> batch = new ArrayList<>(BATCH);
    private int rows;
    private int added;
    private int bad;

    private ImportCourses(Courses courses) {
        this.courses = courses;
    }

    static void run(Courses courses, List<String> arguments) throws IOException {
        var mapped = arguments.size() == 3 && arguments.getFirst().equals("--map");
        if (!mapped && arguments.size() != 1) throw Exit.usage("usage: task import-courses " + ARGUMENTS);
        var names = CsvColumns.names(mapped ? arguments.get(1) : "");
        try (var input = open(arguments.getLast())) {
            new ImportCourses(courses).read(input, names);
        }
    }

    /** Imports an open file whose columns have our names. */
    static void run(Courses courses, InputStream input) throws IOException {
        new ImportCourses(courses).read(input, CsvColumns.names(""));
    }

    private static InputStream open(String file) {
        if (file.equals("-")) return System.in;
        try {
            if (Files.isDirectory(Path.of(file))) throw Exit.failure("is a folder: " + file);
            return Files.newInputStream(Path.of(file));
        } catch (IOException | InvalidPathException e) {
            throw Exit.failure("can't be read: " + file);
        }
    }

    /**
     * Reads all rows. A stray quote must cost only its own row and not all rows after it, so this sets an option that
     * the library advises against.
     */
    @SuppressWarnings("removal")
    private void read(InputStream input, CsvColumns.Names names) throws IOException {
        try (var reader = CsvReader.builder()
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE) // such rows are reported below
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowExtraCharsAfterClosingQuote(true)
                .allowUnclosedQuote(false)
                .maxBufferSize(MAX_ROW_LENGTH)
                .ofCsvRecord(decoded(input))) {
            var records = reader.iterator();
            if (!records.hasNext()) throw Exit.failure("the file is empty");
            var columns = names.in(records.next());
            while (records.hasNext()) row(records.next(), columns);
        } catch (CsvParseException e) {
            report("after row %d, reading stopped: %s".formatted(rows, e.getMessage()));
        }
        flush();
        if (isTerminal()) System.err.println();
        log.info("{} rows: {} added, {} there already, {} bad", rows, added, rows - added - bad, bad);
        if (bad > 0) throw Exit.failure("%d bad, the others kept".formatted(bad));
    }

    /**
     * Decodes UTF-8, or UTF-16 with a byte order mark. What can't be decoded becomes U+FFFF, which no text contains.
     */
    private static Reader decoded(InputStream input) throws IOException {
        var pushback = new PushbackInputStream(input, BOM.length);
        var start = pushback.readNBytes(BOM.length);
        var marked = Arrays.equals(start, BOM);
        if (!marked) pushback.unread(start);
        var isUtf16 = start.length > 1 && (start[0] & 0xff) + (start[1] & 0xff) == 0xfe + 0xff && start[0] < 0;
        var charset = isUtf16 ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
        return new InputStreamReader(
                pushback,
                charset.newDecoder()
                        .onMalformedInput(CodingErrorAction.REPLACE)
                        .onUnmappableCharacter(CodingErrorAction.REPLACE)
                        .replaceWith(UNDECODABLE));
    }

    private void row(CsvRecord row, CsvColumns columns) {
        if (isEmpty(row)) return; // spreadsheets write empty rows at the end
        rows++;
        var fault = fault(row, columns);
        if (fault.isEmpty()) add(columns.draft(row), row.getStartingLineNumber());
        else report("line %d: %s".formatted(row.getStartingLineNumber(), fault));
        if (batch.size() == BATCH) flush();
    }

    private static boolean isEmpty(CsvRecord row) {
        var fields = row.getFields();
        return fields.stream().allMatch(String::isEmpty)
                || fields.size() > 1 && fields.stream().allMatch(String::isBlank);
    }

    /**
     * Adds a course to the batch. When the file has two different courses with one slug, the second gets another slug,
     * which is the same each time the file is imported.
     */
    private void add(Course.Draft draft, long line) {
        var content = draft.withSlug("").hashCode();
        var named = draft;
        for (var number = 2; seen.containsKey(named.slug()); number++) {
            if (seen.get(named.slug()).content() == content) return; // the same course once more
            named = draft.withSlug(Slug.numbered(draft.slug(), number));
        }
        if (named != draft) {
            tell("line %d: line %d has the slug %s, so this course is kept as %s"
                    .formatted(line, seen.get(draft.slug()).line(), draft.slug(), named.slug()));
        }
        seen.put(named.slug(), new Seen(line, content));
        batch.add(named);
    }

    private static String fault(CsvRecord row, CsvColumns columns) {
        if (row.getFieldCount() != columns.count()) {
            return "has %d fields, and the header %d".formatted(row.getFieldCount(), columns.count());
        }
        if (row.getFields().stream().anyMatch(field -> field.contains(UNDECODABLE))) return "is not UTF-8";
        return columns.draft(row).faults().stream()
                .map(error -> error.field() + " " + error.message())
                .collect(Collectors.joining("; "));
    }

    private void report(String message) {
        bad++;
        tell(message);
    }

    private static void tell(String message) {
        System.err.println((isTerminal() ? "\r" : "") + message);
    }

    private void flush() {
        if (batch.isEmpty()) return;
        added += courses.addNew(batch);
        batch.clear();
        if (isTerminal()) System.err.printf("\r%,d rows", rows);
    }

    private static boolean isTerminal() {
        return System.console() != null && System.console().isTerminal();
    }
}
