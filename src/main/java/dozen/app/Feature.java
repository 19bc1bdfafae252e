package dozen.app;

import dozen.http.Routes;
import dozen.jobs.Scheduler;
import dozen.jobs.Worker;

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

    /** Adds one-off admin tasks. */
    default void tasks(Tasks tasks) {}

    /** Adds variables to the console. */
    default void console(Console console) {}

    /** Adds sample data, in the order of the features. */
    default void demo(Demo demo) {}

    /** Runs in a long-running process before its server, worker or scheduler starts. */
    default void join(String processType, Lifecycle lifecycle) {}
}
