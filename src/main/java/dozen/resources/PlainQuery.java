package dozen.resources;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.UnableToProduceResultException;

/**
 * A query by JDBC alone, for the few reads that happen thousands of times a second: there JDBI would take
 * two fifths of the time (152 of 384 samples of JFR, a read by primary key over HTTP, JDBI 3.55).
 */
public final class PlainQuery {
    /** From the row that the result stands at. */
    @FunctionalInterface
    public interface Row<T> {
        T read(ResultSet row) throws SQLException;
    }

    private PlainQuery() {}

    /** @param values for the question marks, in their order */
    public static <T> Optional<T> first(Handle handle, String sql, Row<T> mapper, Object... values) {
        try (var statement = handle.getConnection().prepareStatement(sql)) {
            for (var i = 0; i < values.length; i++) statement.setObject(i + 1, values[i]);
            try (var rows = statement.executeQuery()) {
                return rows.next() ? Optional.of(mapper.read(rows)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw new UnableToProduceResultException(e, null);
        }
    }
}
