package dozen.status;

import dozen.app.ProcessSettings;
import dozen.config.Env.Setting;
import dozen.services.Health;
import dozen.status.Snapshot.Factor;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

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
        Versions database,
        String redisVersion) {
    private static final String UNKNOWN = "Unknown while Redis is away.";
    private static final Optional<Integer> LIBRARIES = Versions.libraries();

    List<Factor> all() {
        return List.of(
                new Factor("I", "Codebase", codebase(), "pom.xml"),
                new Factor("II", "Dependencies", dependencies(), "pom.xml, target/lib"),
                new Factor("III", "Config", config(), "Settings.java, dozen/config/Env.java"),
                new Factor("IV", "Backing services", services(), "dozen/services"),
                new Factor("V", "Build, release, run", release(), "dozen/services/Migrations.java"),
                new Factor("VI", "Processes", shared(), "dozen/services/Cache.java, Redis.java"),
                new Factor("VII", "Port binding", port(), "dozen/http/Server.java"),
                new Factor("VIII", "Concurrency", concurrency(), "Procfile, dozen/jobs"),
                new Factor("IX", "Disposability", disposability(), "dozen/app/Lifecycle.java"),
                new Factor("X", "Dev/prod parity", parity(), "src/test/java/dev"),
                new Factor("XI", "Logs", logs(), "dozen/logging"),
                new Factor("XII", "Admin processes", admin(), "dozen/app/Application.java"));
    }

    private String codebase() {
        if (processes == null) return UNKNOWN;
        var commits = processes.stream()
                .map(process -> shortened(process.release().commit()))
                .collect(Collectors.toCollection(TreeSet::new));
        if (commits.size() > 1) return "A deploy is under way: commits " + String.join(" and ", commits) + " run.";
        return "All %d running processes are of commit %s.".formatted(processes.size(), String.join("", commits));
    }

    static String shortened(String commit) {
        return commit.length() > 8 ? commit.substring(0, 8) : commit;
    }

    private static String dependencies() {
        var java = Runtime.version().toString();
        return LIBRARIES
                .map(count -> "%d libraries lie beside the jar, and Java %s runs it.".formatted(count, java))
                .orElse("Java %s runs classes that are not in a jar yet.".formatted(java));
    }

    private String config() {
        var set = settings.stream().filter(Setting::set).count();
        var secrets = settings.stream().filter(Setting::secret).count();
        return "%d of %d settings come from the environment; %d are secrets, which are never shown."
                .formatted(set, settings.size(), secrets);
    }

    private String services() {
        return resources.resources().entrySet().stream()
                .map(each -> "%s %s"
                        .formatted(
                                each.getKey(),
                                each.getValue().status().equals("ok")
                                        ? "in %d ms".formatted(each.getValue().ms())
                                        : "away"))
                .collect(Collectors.joining(", ", "By address alone: ", "."));
    }

    private String release() {
        var schema = database == null ? "unknown" : database.schema();
        return "Release %s on schema %s.".formatted(process.release().version(), schema);
    }

    private String shared() {
        return "%s answers; any other process would answer the same: all state is in PostgreSQL, Redis and files."
                .formatted(name);
    }

    private static String port() {
        return "This process serves HTTP by itself, on the port that PORT names.";
    }

    private String concurrency() {
        if (processes == null) return UNKNOWN;
        var types = processes.stream()
                .collect(Collectors.groupingBy(ProcessRegistry.Entry::type, TreeMap::new, Collectors.counting()));
        return "Running now: "
                + types.entrySet().stream()
                        .map(type -> type.getValue() + " " + type.getKey())
                        .collect(Collectors.joining(", "))
                + ".";
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
        return "PostgreSQL %s, Redis %s: the major versions that tests and development use."
                .formatted(database == null ? "away" : database.server(), redisVersion == null ? "away" : redisVersion);
    }

    private String logs() {
        return "Events go to standard output as %s at level %s."
                .formatted(
                        process.logFormat().name().toLowerCase(Locale.ROOT),
                        process.logLevel().name().toLowerCase(Locale.ROOT));
    }

    private String admin() {
        return "Tasks of this same jar: %s.".formatted(String.join(", ", tasks));
    }
}
