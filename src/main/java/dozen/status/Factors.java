package dozen.status;

import dozen.app.ProcessSettings;
import dozen.config.Env.Setting;
import dozen.services.Health;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Jdbi;

/** The twelve factors, each shown by a current fact. Values are null while the resource that provides them is away. */
record Factors(
        String name,
        ProcessSettings process,
        List<Setting> settings,
        List<String> tasks,
        Health.Report resources,
        List<ProcessRegistry.Entry> processes,
        List<ProcessRegistry.Timing> starts,
        List<ProcessRegistry.Timing> drains,
        Database database,
        String redisVersion) {
    private static final String UNKNOWN = "Unknown while Redis is away.";

    /**
     * One of the twelve factors.
     *
     * @param number the Roman numeral
     * @param fact a current fact that shows the factor
     * @param code the files that implement it
     */
    record Factor(String number, String name, String fact, String code) {}

    /** PostgreSQL's version, and the schema's. */
    record Database(String server, String schema) {
        static Database of(Jdbi jdbi) {
            var sql = """
                    SELECT split_part(current_setting('server_version'), ' ', 1) AS server, coalesce((
                        SELECT version FROM flyway_schema_history WHERE success AND version IS NOT NULL
                        ORDER BY installed_rank DESC LIMIT 1), 'none') AS schema
                    """;
            return jdbi.withHandle(handle -> handle.select(sql)
                    .map((row, _) -> new Database(row.getString("server"), row.getString("schema")))
                    .one());
        }
    }

    List<Factor> all() {
        var shared = " answers; any other process would answer the same: all state is in PostgreSQL, Redis and files.";
        var port = "This process serves HTTP by itself, on the port that PORT names.";
        var admin = "Tasks of this same jar: " + String.join(", ", tasks) + ".";
        return List.of(
                new Factor("I", "Codebase", codebase(), "pom.xml"),
                new Factor("II", "Dependencies", dependencies(), "pom.xml, target/lib"),
                new Factor("III", "Config", config(), "Settings.java, dozen/config/Env.java"),
                new Factor("IV", "Backing services", services(), "dozen/services"),
                new Factor("V", "Build, release, run", release(), "dozen/services/Migrations.java"),
                new Factor("VI", "Processes", name + shared, "dozen/services/Cache.java, Redis.java"),
                new Factor("VII", "Port binding", port, "dozen/http/Server.java"),
                new Factor("VIII", "Concurrency", concurrency(), "Procfile, dozen/jobs"),
                new Factor("IX", "Disposability", disposability(), "dozen/app/Lifecycle.java"),
                new Factor("X", "Dev/prod parity", parity(), "src/test/java/dev"),
                new Factor("XI", "Logs", logs(), "dozen/logging"),
                new Factor("XII", "Admin processes", admin, "dozen/app/Application.java"));
    }

    private String codebase() {
        if (processes == null) return UNKNOWN;
        var commits =
                processes.stream().map(ProcessRegistry.Entry::commit).collect(Collectors.toCollection(TreeSet::new));
        if (commits.size() > 1) return "A deploy is under way: commits " + String.join(" and ", commits) + " run.";
        return "All %d running processes are of commit %s.".formatted(processes.size(), String.join("", commits));
    }

    private static String dependencies() {
        var jar = Path.of(System.getProperty("java.class.path"));
        var libraries = jar.resolveSibling("lib").toFile().list();
        if (!jar.toString().endsWith(".jar") || libraries == null) {
            return "Java %s runs classes that are not in a jar yet.".formatted(Runtime.version());
        }
        return "%d libraries lie beside the jar, and Java %s runs it.".formatted(libraries.length, Runtime.version());
    }

    private String config() {
        var set = settings.stream().filter(Setting::set).count();
        var secrets = settings.stream().filter(Setting::secret).count();
        return "%d of %d settings come from the environment; %d are secrets, which are never shown."
                .formatted(set, settings.size(), secrets);
    }

    private String services() {
        return resources.resources().entrySet().stream()
                .map(each -> each.getKey() + " " + told(each.getValue()))
                .collect(Collectors.joining(", ", "By address alone: ", "."));
    }

    private static String told(Health.State state) {
        return state.isOk() ? "in %d ms".formatted(state.ms()) : "away";
    }

    private String release() {
        var schema = database == null ? "unknown" : database.schema();
        return "Release %s on schema %s.".formatted(process.release().version(), schema);
    }

    private String concurrency() {
        if (processes == null) return UNKNOWN;
        var types = processes.stream()
                .collect(Collectors.groupingBy(ProcessRegistry.Entry::type, TreeMap::new, Collectors.counting()));
        return types.entrySet().stream()
                .map(type -> type.getValue() + " " + type.getKey())
                .collect(Collectors.joining(", ", "Running now: ", "."));
    }

    private String disposability() {
        if (starts == null || drains == null) return UNKNOWN;
        return "Last starts: %s. Last stops: %s.".formatted(told(starts), told(drains));
    }

    private static String told(List<ProcessRegistry.Timing> all) {
        if (all.isEmpty()) return "none yet";
        return all.stream().map(took -> took.type() + " " + took.ms() + " ms").collect(Collectors.joining(", "));
    }

    private String parity() {
        return "PostgreSQL %s, Redis %s. Tests and development run real servers, too."
                .formatted(database == null ? "away" : database.server(), redisVersion == null ? "away" : redisVersion);
    }

    private String logs() {
        return "Events go to standard output as %s at level %s."
                .formatted(
                        process.logFormat().name().toLowerCase(Locale.ROOT),
                        process.logLevel().name().toLowerCase(Locale.ROOT));
    }
}
