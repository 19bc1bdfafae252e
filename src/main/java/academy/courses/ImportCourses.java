package academy.courses;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import dozen.process.Exit;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code task import-courses FILE|-}: adds the courses of a CSV file whose slug is new. It streams, so a file of any
 * size fits; a bad row is reported by its line and the others are kept; run again, it adds nothing twice.
 */
public final class ImportCourses {
    public static final String ARGUMENTS = "[--map title=NAME,…] FILE|-";

    private static final Logger log = LoggerFactory.getLogger(ImportCourses.class);
    private static final int BATCH = 1000;
    /** Characters in one row. More is a quote that nobody closed, and would fill the memory. */
    private static final int LONGEST_ROW = 4_194_304;

    private final Courses courses;
    private final List<Draft> batch = new ArrayList<>(BATCH);
    private int rows;
    private int added;
    private int bad;

    private ImportCourses(Courses courses) {
        this.courses = courses;
    }

    public static void run(Courses courses, List<String> arguments) throws IOException {
        var mapped = arguments.size() == 3 && arguments.getFirst().equals("--map");
        if (!mapped && arguments.size() != 1) throw Exit.usage("usage: task import-courses " + ARGUMENTS);
        var names = CsvColumns.names(mapped ? arguments.get(1) : "");
        try (var input = open(arguments.getLast())) {
            new ImportCourses(courses).read(input, names);
        }
    }

    /** From an open file whose columns have our names. */
    public static void run(Courses courses, InputStream input) throws IOException {
        new ImportCourses(courses).read(input, CsvColumns.names(""));
    }

    private static InputStream open(String file) {
        if (file.equals("-")) return System.in;
        try {
            if (Files.isDirectory(Path.of(file))) throw Exit.failure("is a folder: " + file);
            return Files.newInputStream(Path.of(file));
        } catch (IOException | java.nio.file.InvalidPathException e) {
            throw Exit.failure("can't be read: " + file);
        }
    }

    /** A stray quote must cost its own row and not all that follow, hence the option that the library advises against. */
    @SuppressWarnings("removal")
    private void read(InputStream input, CsvColumns.Names names) throws IOException {
        try (var reader = CsvReader.builder()
                .detectBomHeader(true)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE) // reported row by row, below
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .allowExtraCharsAfterClosingQuote(true)
                .allowUnclosedQuote(false)
                .maxBufferSize(LONGEST_ROW)
                .ofCsvRecord(input, StandardCharsets.UTF_8)) {
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

    private void row(CsvRecord row, CsvColumns columns) {
        rows++;
        var fault = fault(row, columns);
        if (fault.isEmpty()) batch.add(columns.draft(row));
        else report("line %d: %s".formatted(row.getStartingLineNumber(), fault));
        if (batch.size() == BATCH) flush();
    }

    private static String fault(CsvRecord row, CsvColumns columns) {
        if (row.getFieldCount() != columns.count()) {
            return "has %d fields, and the header %d".formatted(row.getFieldCount(), columns.count());
        }
        // What a decoder writes for bytes that are no UTF-8.
        if (row.getFields().stream().anyMatch(field -> field.indexOf('\uFFFD') >= 0)) return "is not UTF-8";
        return columns.draft(row).faults().stream()
                .map(error -> error.field() + " " + error.message())
                .collect(Collectors.joining("; "));
    }

    private void report(String message) {
        bad++;
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
