package dozen.app;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The one-off admin tasks, by name. */
public final class Tasks {
    @FunctionalInterface
    public interface Body {
        void run(List<String> arguments) throws Exception;
    }

    record Task(String name, String arguments, String meaning, Body body) {}

    private final Map<String, Task> tasks = new LinkedHashMap<>();

    /** The tasks of these features, and {@code load-demo} if any has sample data. */
    public static Tasks of(Features features) {
        var tasks = new Tasks();
        features.forEach(feature -> feature.tasks(tasks));
        var demo = new Demo();
        features.forEach(feature -> feature.demo(demo));
        if (!demo.isEmpty()) {
            tasks.add("load-demo", "", "fills an empty database; the password of all on stdin", demo::run);
        }
        return tasks;
    }

    /** @param arguments the task's arguments, as the usage text shows them */
    public void add(String name, String arguments, String meaning, Body body) {
        tasks.put(name, new Task(name, arguments, meaning, body));
    }

    public List<String> names() {
        return List.copyOf(tasks.keySet());
    }

    /** The task; null when there is none of this name. */
    Task find(String name) {
        return tasks.get(name);
    }

    List<Task> all() {
        return List.copyOf(tasks.values());
    }
}
