package dozen.app;

import dozen.http.Routes;
import dozen.jobs.Scheduler;
import dozen.jobs.Worker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A part of the application that can be added and removed as a whole. Each method adds the feature's part of one
 * process type. A constructor opens no connection, because features are also constructed only to list their tasks.
 */
public interface Feature {
    /** Adds routes, pages and what other features' pages show; called in web. */
    default void routes(Routes routes) {}

    /** Adds the handlers of jobs; called in a worker. */
    default void jobs(Worker worker) {}

    /** Adds ticks of the clock; called in a scheduler. */
    default void ticks(Scheduler scheduler) {}

    /** Adds one-off admin tasks, variables of the console, and sample data. */
    default void commands(Commands commands) {}

    /** The features of an application, each after those that it depends on. */
    final class All {
        private final List<Feature> features = new ArrayList<>();

        /** Adds a feature; returns it, for the features that depend on it. */
        public <F extends Feature> F add(F feature) {
            features.add(feature);
            return feature;
        }

        public void forEach(Consumer<Feature> action) {
            features.forEach(action);
        }
    }
}
