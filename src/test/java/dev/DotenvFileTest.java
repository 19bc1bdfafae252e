package dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.Processes.DotenvFile;
import dozen.domain.Exit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DotenvFileTest {
    @TempDir
    private Path folder;

    private Map<String, String> read(String content) throws IOException {
        return DotenvFile.read(Files.writeString(folder.resolve(".env"), content));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "A=x | x",
                "A='x' | x",
                "A=\"x\" | x",
                "A='x y # z' | x y # z",
                "A=\"x # y\" | x # y",
                "export A=x | x",
                "  export   A='x' | x",
                "\uFEFFA=x | x",
                "\uFEFFexport A=x | x",
                "A = x | x",
                "A=x y | x y",
                "A=x # a comment | x",
                "A=Academy <a@example.com> | Academy <a@example.com>",
                "A=postgres://u:p@h/db?x=y | postgres://u:p@h/db?x=y",
                "A=it's | it's"
            })
    void readsWhatShellsAndComposeRead(String line, String value) throws IOException {
        assertEquals(Map.of("A", value), read("# a comment\n\n" + line + "\n"));
    }

    @Test
    void anEmptyValueCountsAsNone() throws IOException {
        assertEquals(Map.of(), read("A=\nB=''\nC=\"\"\n"));
        assertEquals(Map.of(), DotenvFile.read(folder.resolve("none")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"SECRET_KEY canary", "SECRET_KEY=\"canary", "SECRET_KEY=cana#ry", "=canary", "canary"})
    void refusesTheRestByItsLineAndWithoutTheValue(String line) {
        var fault = assertThrows(Exit.class, () -> read("A=x\n" + line + "\n"));
        assertEquals(Exit.CONFIG, fault.code());
        assertFalse(fault.getMessage().contains("cana"), fault.getMessage());
        assertEquals(1, fault.getMessage().lines().count());
        assertEquals(true, fault.getMessage().contains("line 2"));
    }

    @Test
    void whatIsNotUtf8IsOneLineToo() throws IOException {
        var file = Files.write(folder.resolve(".env"), new byte[] {'A', '=', (byte) 0xff, '\n'});
        assertThrows(Exit.class, () -> DotenvFile.read(file));
    }
}
