package dozen.jobs;

import com.github.kagkarlsson.scheduler.Clock;
import com.github.kagkarlsson.scheduler.jdbc.JdbcTaskRepositoryContext;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import com.github.kagkarlsson.scheduler.serializer.Serializer;
import com.github.kagkarlsson.scheduler.task.Execution;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jdbi.v3.core.Jdbi;

/**
 * Adapts db-scheduler to our table: only jobs of some types are taken (the others wait for a scheduler that takes them,
 * perhaps of another release), and PostgreSQL's clock decides what is due.
 */
final class JobTable extends PostgreSqlJdbcCustomization {
    /** The data of a job is JSON, which pgjdbc hands over as text in UTF-8. */
    static final Serializer TEXT = new Serializer() {
        @Override
        public byte[] serialize(Object data) {
            return ((String) data).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public <T> T deserialize(Class<T> type, byte[] data) {
            return data == null ? null : type.cast(new String(data, StandardCharsets.UTF_8));
        }
    };

    private final List<String> types;
    private final Consumer<List<Execution>> taken;

    /** @param taken receives the jobs that were taken from the table, before any of them runs */
    JobTable(List<String> types, Consumer<List<Execution>> taken) {
        super(false, false);
        this.types = types;
        this.taken = taken;
    }

    @Override
    public List<Execution> lockAndFetchSingleStatement(
            JdbcTaskRepositoryContext context, Instant now, int limit, boolean byPriority) {
        var sql = """
                WITH due AS (
                    SELECT task_name, task_instance FROM jobs
                    WHERE NOT picked AND execution_time <= now() AND task_name = ANY (?)
                    ORDER BY execution_time LIMIT ? FOR UPDATE SKIP LOCKED
                )
                UPDATE jobs SET picked = true, picked_by = ?, last_heartbeat = now(), version = version + 1 FROM due
                WHERE jobs.task_name = due.task_name AND jobs.task_instance = due.task_instance RETURNING jobs.*
                """;
        var executions = context.jdbcRunner.query(
                sql,
                statement -> {
                    statement.setArray(1, statement.getConnection().createArrayOf("text", types.toArray()));
                    statement.setInt(2, limit);
                    statement.setString(3, context.schedulerName.getName());
                },
                context.resultSetMapper.get());
        taken.accept(executions);
        return executions;
    }

    /**
     * PostgreSQL's time, which all processes share: a machine whose own clock is wrong must not decide which worker is
     * dead. The worker reads it every 10 s. In between, and while PostgreSQL is away, it advances by our timer.
     */
    static final class DatabaseClock implements Clock {
        /** A reading that took longer may be off by half that time, so it is not used. */
        private static final Duration MAX_READ_TIME = Duration.ofSeconds(1);

        private final Jdbi jdbi;
        private volatile Instant zero; // when our timer showed 0

        DatabaseClock(Jdbi jdbi) {
            this.jdbi = jdbi;
            read();
            read(); // the first reading may be bad, because much is loaded for the first query
        }

        @Override
        public Instant now() {
            return zero.plusNanos(System.nanoTime());
        }

        void refresh() {
            try {
                read();
            } catch (RuntimeException e) {
                // it is read again in 10 s
            }
        }

        private void read() {
            jdbi.useHandle(handle -> {
                var start = System.nanoTime();
                var time = handle.select("SELECT clock_timestamp()")
                        .mapTo(Instant.class)
                        .one();
                var took = System.nanoTime() - start;
                if (zero == null || took < MAX_READ_TIME.toNanos()) zero = time.minusNanos(start + took / 2);
            });
        }
    }
}
