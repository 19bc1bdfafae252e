package academy.courses;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlugTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Twelve factors, one jar | twelve-factors-one-jar",
                "Zoë's Café | zoe-s-cafe",
                "C | c",
                "C++ | c-plus-plus",
                "C# & F# | c-sharp-and-f-sharp",
                "Основы Йоги | основы-йоги",
                "日本語 入門 | 日本語-入門",
                "हिन्दी | हिन्दी",
                "  --Hello--  World-- | hello-world",
                "ﬁne ① | fine-1"
            })
    void isReadableAndKeepsDifferentTitlesApart(String title, String slug) {
        assertEquals(slug, Slug.of(title));
        assertTrue(Slug.VALID.matcher(slug).matches());
    }

    @ParameterizedTest
    @CsvSource({"'???'", "''", "'\uD83D\uDE00'"})
    void isEmptyWhenTheTitleHasNoLetter(String title) {
        assertEquals("", Slug.of(title));
    }
}
