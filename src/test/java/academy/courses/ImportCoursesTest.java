package academy.courses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.TestServices;
import dozen.domain.Exit;
import dozen.domain.Slice;
import dozen.services.Postgres;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated // what other tests log would be among what it reads
class ImportCoursesTest {
    @TempDir
    private Path folder;

    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();
    private final PrintStream stderr = System.err;
    private Postgres postgres;
    private Courses courses;

    @BeforeEach
    void start() {
        var url = Postgres.Url.parse(TestServices.shared().newDatabase());
        postgres = new Postgres(url, 1, Duration.ofSeconds(60)).connect();
        courses = new Courses(postgres.jdbi());
        System.setErr(new PrintStream(errors, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void stop() {
        System.setErr(stderr);
        postgres.close();
    }

    private void load(byte[] content, String... options) throws IOException {
        var file = Files.write(folder.resolve("courses.csv"), content);
        var arguments = new ArrayList<>(Arrays.asList(options));
        arguments.add(file.toString());
        ImportCourses.run(courses, arguments);
    }

    private void load(String content, String... options) throws IOException {
        load(content.getBytes(StandardCharsets.UTF_8), options);
    }

    private String failure(String content, String... options) {
        return assertThrows(Exit.class, () -> load(content, options)).getMessage();
    }

    private List<Course> all() {
        return courses.list(new Slice.Request(100, Optional.empty())).items().reversed();
    }

    private List<String> titles() {
        return all().stream().map(Course::title).toList();
    }

    @Test
    void readsColumnsByNameInAnyOrderAndIgnoresOthers() throws IOException {
        load("""
                price,Level, TITLE ,url,subject,summary,slug
                9.99,Beginner,First,https://example.com/1,Java,"A, b",
                0,,Second,,,,my-own-slug
                """);
        var first = all().getFirst();
        assertEquals(
                "First first A, b Java Beginner https://example.com/1",
                String.join(
                        " ",
                        first.title(),
                        first.slug(),
                        first.summary(),
                        first.subject(),
                        first.level(),
                        first.url()));
        assertEquals("my-own-slug", all().getLast().slug());
    }

    @Test
    void readsFilesAsSpreadsheetsWriteThem() throws IOException {
        load("\uFEFFtitle,summary\r\n\"Quotes \"\"inside\"\"\",\"Two\r\nlines\"\r\n\r\nPlain,one\r\n");
        assertEquals(List.of("Quotes \"inside\"", "Plain"), titles());
        assertEquals("Two\r\nlines", all().getFirst().summary());
    }

    @Test
    void takesOtherNamesForColumns() throws IOException {
        load("course_title,difficulty\nMapped,Hard\n", "--map", "title=course_title,level=difficulty");
        assertEquals("Hard", all().getFirst().level());
    }

    @Test
    void reportsBadRowsByLineAndKeepsTheOthers() {
        var message = failure("""
                title,url
                Good one,
                ,https://example.com
                "Over
                two lines",ftp://example.com
                Too,many,fields
                Few
                "a "stray" quote",
                Good two,https://example.com
                """);
        assertEquals("4 bad, the others kept", message);
        var lines = errors.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(
                List.of(
                        "line 3: title must not be blank",
                        "line 4: url is not a web address",
                        "line 6: has 3 fields, and the header 2",
                        "line 7: has 1 fields, and the header 2"),
                lines);
        assertTrue(titles().containsAll(List.of("Good one", "Good two")), titles().toString());
    }

    @Test
    void aFileThatIsNotUtf8CostsItsBadRowsAlone() {
        var content = "title\nPlain\nCaf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1);
        assertThrows(Exit.class, () -> load(content));
        assertEquals("line 3: is not UTF-8\n", errors.toString(StandardCharsets.UTF_8));
        assertEquals(List.of("Plain"), titles());
    }

    @Test
    void aReplacementCharacterIsACharacterLikeAnyOther() throws IOException {
        load("title\nThe character \uFFFD and its uses\n");
        assertEquals(List.of("The character \uFFFD and its uses"), titles());
    }

    @Test
    void emptyRowsPassHoweverTheyAreWritten() throws IOException {
        load("title,slug,url\nFirst,,\n,,\n  , ,\n\n\"\",,\nLast,,\n,,");
        assertEquals(List.of("First", "Last"), titles());
    }

    @Test
    void coursesWithTheSameTitleAreBothKeptAndReported() throws IOException {
        var file = """
                title,summary,url
                Machine Learning,At one university,https://one.example/ml
                Chess,,
                Machine Learning,At another,https://two.example/ml
                Machine Learning,At one university,https://one.example/ml
                Machine  learning,At a third,
                """;
        load(file);
        load(file); // the second import adds nothing
        assertEquals(
                List.of("machine-learning", "chess", "machine-learning-2", "machine-learning-3"),
                all().stream().map(Course::slug).toList());
        var lines = errors.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals(
                List.of(
                        "line 4: line 2 has the slug machine-learning, so this course is kept as machine-learning-2",
                        "line 6: line 2 has the slug machine-learning, so this course is kept as machine-learning-3"),
                lines.subList(0, 2));
    }

    @Test
    void aHostMayBeOfAnyScriptOrHaveAnUnderscore() throws IOException {
        load("title,url\nA,https://münchen.example/kurs\nB,http://my_host:8000/\n");
        assertEquals(List.of("A", "B"), titles());
    }

    @Test
    void readsUtf16AsSpreadsheetsMarkIt() throws IOException {
        load("title\nCafé\n".getBytes(StandardCharsets.UTF_16));
        assertEquals(List.of("Café"), titles());
    }

    @Test
    void nullBytesAndOverlongFieldsAreBadRows() {
        failure("title,summary\nA\u0000B,\nC,%s\nD,\n".formatted("x".repeat(2_000_000)));
        var lines = errors.toString(StandardCharsets.UTF_8).lines().toList();
        assertEquals("line 2: title holds a character that can't be stored", lines.getFirst());
        assertEquals("line 3: summary may have 10000 characters at the most", lines.getLast());
        assertEquals(List.of("D"), titles());
    }

    @Test
    void importingTwiceAddsNothingTwice() throws IOException {
        var file = "title\nC\nC++\nC#\nC\n";
        load(file);
        load(file);
        assertEquals(List.of("C", "C++", "C#"), titles());
    }

    @Test
    void aMissingColumnOrFileIsOneClearLine() {
        assertEquals("the file has no column \"title\"; it has: name, price", failure("name,price\nx,1\n"));
        assertEquals("the file has no column \"x\"; it has: title", failure("title\na\n", "--map", "level=x"));
        assertEquals("the file is empty", failure(""));
        var missing = assertThrows(Exit.class, () -> ImportCourses.run(courses, List.of("/nowhere/x.csv")));
        assertEquals("can't be read: /nowhere/x.csv", missing.getMessage());
        assertFalse(errors.toString(StandardCharsets.UTF_8).contains("Exception"));
    }

    @Test
    void anUnclosedQuoteKeepsWhatCameBefore() {
        failure("title\nGood\n\"never closed\nmore\n");
        assertTrue(titles().contains("Good"), titles().toString());
    }

    @Test
    void wrongArgumentsAreUsage() {
        assertEquals(
                Exit.USAGE,
                assertThrows(Exit.class, () -> ImportCourses.run(courses, List.of()))
                        .code());
        var map = List.of("--map", "price=x", "file");
        assertEquals(
                Exit.USAGE,
                assertThrows(Exit.class, () -> ImportCourses.run(courses, map)).code());
    }
}
