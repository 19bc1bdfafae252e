package factors;

import static factors.Factor.expect;

import factors.Declarations.Person;

/** XII: admin tasks run as one-off processes of the same release. */
final class AdminProcesses {
    private AdminProcesses() {}

    static String observe(Subject subject) throws Exception {
        var settings = Subject.with(
                subject.deploy(subject.services.newEmptyDatabase()), "LOG_FORMAT", "json", "RELEASE_VERSION", "v7");
        try (var release = subject.start(settings, "release")) {
            expect(release.exitCode() == 0, "release failed");
        }
        var task = subject.declared.task();
        var somebody = Person.number("admin", 1);
        var arguments = new String[task.arguments().size() + 1];
        arguments[0] = "task";
        for (var i = 1; i < arguments.length; i++)
            arguments[i] = somebody.in(task.arguments().get(i - 1));
        try (var web = subject.start(settings, "web")) {
            try (var run = subject.start(settings, arguments).input(somebody.in(task.input()))) {
                expect(run.exitCode() == 0, "the task failed: %s", run.err());
                for (var line : run.out())
                    expect(line.contains("\"release\":\"v7\""), "the task is of another release: %s", line);
            }
            subject.visitor(web).logIn(somebody); // the running web sees what the task did
            try (var again = subject.start(settings, arguments).input(somebody.in(task.input()))) {
                expect(
                        again.exitCode() != 0 && again.err().size() == 1,
                        "what can't be done twice is not told in one line");
            }
        }
        var console = subject.declared.console();
        try (var run = subject.start(settings, "console").input(console.input())) {
            expect(run.exitCode() == 0, "the console failed: %s", run.err());
            expect(String.join("\n", run.out()).contains(console.shows()), "the console shows %s", run.out());
        }
        try (var unknown = subject.start(settings, "task", "nothing-like-this")) {
            expect(unknown.exitCode() == 64, "an unknown task ends with %d", unknown.exitCode());
        }
        return "release, task %s and console from the same jar and settings; web saw the task's change; usage errors end with 64"
                .formatted(arguments[1]);
    }
}
