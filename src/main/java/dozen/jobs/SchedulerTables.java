package dozen.jobs;

import com.github.kagkarlsson.scheduler.jdbc.JdbcTaskRepositoryContext;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.serializer.Serializer;
import com.github.kagkarlsson.scheduler.task.Execution;
import java.nio.charset.StandardCharsets;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Adapts db-scheduler to our tables: payloads are JSON that psql shows, only jobs of known types are taken (others wait
 * for a release that knows them), and PostgreSQL's clock decides what is due.
 */
final class SchedulerTables extends PostgreSqlJdbcCustomization {
    /** Payloads are JSON text already. */
    static final Serializer TEXT = new Serializer() {
        @Override
        public byte[] serialize(Object data) {
            return data == null ? null : ((String) data).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public <T> T deserialize(Class<T> type, byte[] data) {
            return data == null ? null : type.cast(new String(data, StandardCharsets.UTF_8));
        }
    };

    private final String[] known;
    private final Consumer<List<Execution>> taken;

    /** @param taken receives the jobs that were taken from the table, before any of them runs */
    SchedulerTables(Stream<String> knownTypes, Consumer<List<Execution>> taken) {
        super(false, false);
        this.taken = taken;
        this.known = knownTypes.toArray(String[]::new);
    }

    @Override
    public void setTaskData(PreparedStatement statement, int index, byte[] value) throws SQLException {
        statement.setObject(index, value == null ? null : new String(value, StandardCharsets.UTF_8), Types.OTHER);
    }

    @Override
    public byte[] getTaskData(ResultSet row, String column) throws SQLException {
        var text = row.getString(column);
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public List<Execution> lockAndFetchSingleStatement(
            JdbcTaskRepositoryContext context, Instant now, int limit, boolean byPriority) {
        var types = Stream.of(known).map(_ -> "?").collect(Collectors.joining(", "));
        var sql = """
                WITH due AS (
                    SELECT task_name, task_instance FROM %1$s
                    WHERE NOT picked AND execution_time <= now() AND task_name IN (%2$s)
                    ORDER BY execution_time LIMIT %3$d FOR UPDATE SKIP LOCKED
                )
                UPDATE %1$s SET picked = true, picked_by = ?, last_heartbeat = ?, version = version + 1
                FROM due
                WHERE %1$s.task_name = due.task_name AND %1$s.task_instance = due.task_instance
                RETURNING %1$s.*
                """.formatted(context.tableName, types, limit);
        var executions = context.jdbcRunner.query(
                sql,
                statement -> {
                    var index = 1;
                    for (var type : known) statement.setString(index++, type);
                    statement.setString(index++, context.schedulerName.getName());
                    setInstant(statement, index, now);
                },
                context.resultSetMapper.get());
        taken.accept(executions);
        return executions;
    }
}
