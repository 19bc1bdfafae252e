package academy.courses;

import de.siegmar.fastcsv.reader.CsvRecord;
import dozen.domain.Exit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Maps the fields of a course to the columns of a file. */
record CsvColumns(int count, Map<String, Integer> indexes) {
    private static final List<String> FIELDS = List.of("title", "slug", "summary", "subject", "level", "url");

    /** The names of a file's columns by field, where they differ from ours. */
    record Names(Map<String, String> mapped) {

        /** Finds the columns in the first row. Case and blanks around a name don't matter. */
        CsvColumns in(CsvRecord header) {
            var found = new HashMap<String, Integer>();
            for (var i = header.getFieldCount() - 1; i >= 0; i--) found.put(plain(header.getField(i)), i);
            var indexes = new HashMap<String, Integer>();
            for (var field : FIELDS) {
                var index = found.get(plain(mapped.getOrDefault(field, field)));
                if (index != null) indexes.put(field, index);
                else if (field.equals("title") || mapped.containsKey(field)) throw missing(field, header);
            }
            return new CsvColumns(header.getFieldCount(), indexes);
        }

        private Exit missing(String field, CsvRecord header) {
            return Exit.failure("the file has no column \"%s\"; it has: %s"
                    .formatted(mapped.getOrDefault(field, field), String.join(", ", header.getFields())));
        }

        private static String plain(String name) {
            return name.strip().toLowerCase(Locale.ROOT);
        }
    }

    /** @param map the value of --map, such as {@code title=course_title,level=difficulty}, or empty */
    static Names names(String map) {
        var names = new HashMap<String, String>();
        for (var pair : map.isEmpty() ? new String[0] : map.split(",")) {
            var parts = pair.split("=", 2);
            if (parts.length < 2 || !FIELDS.contains(parts[0].strip())) {
                throw Exit.usage("--map takes FIELD=NAME,… with the fields " + String.join(", ", FIELDS));
            }
            names.put(parts[0].strip(), parts[1]);
        }
        return new Names(names);
    }

    Course.Draft draft(CsvRecord row) {
        return new Course.Draft(
                        field(row, "title"),
                        field(row, "slug"),
                        field(row, "summary"),
                        field(row, "subject"),
                        field(row, "level"),
                        field(row, "url"))
                .completed();
    }

    private String field(CsvRecord row, String name) {
        var index = indexes.get(name);
        return index == null ? "" : row.getField(index).strip();
    }
}
