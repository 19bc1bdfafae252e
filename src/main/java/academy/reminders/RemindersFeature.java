package academy.reminders;

import academy.accounts.Account;
import academy.accounts.AccountsFeature;
import academy.courses.CoursesFeature;
import academy.learning.LearningFeature;
import dozen.app.Feature;
import dozen.app.Services;
import dozen.config.Env;
import dozen.http.Routes;
import dozen.jobs.Scheduler;
import dozen.jobs.Scheduler.Cron;
import dozen.jobs.Worker;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** Daily digests of new courses, reminders of courses that nobody touched for a week, and the link that ends both. */
public final class RemindersFeature implements Feature {
    /** The settings of reminders: when digests go, and when untouched courses are looked for. */
    public record Settings(Cron digests, Cron reminders) {
        public static Settings read(Env env) {
            return new Settings(
                    Cron.read(
                            env.setting(
                                    "DIGEST_CRON",
                                    "when digests of the previous day are sent: second minute hour day month weekday, UTC; - for never"),
                            "0 0 7 * * *"),
                    Cron.read(
                            env.setting(
                                    "REMINDER_CRON",
                                    "when untouched courses are looked for; mails go from 9:00 to 18:00, the learner's time; - for never"),
                            "0 0 * * * *"));
        }
    }

    private final Settings settings;
    private final Services services;
    private final AccountsFeature accounts;
    private final CoursesFeature courses;
    private final LearningFeature learning;
    private final UnsubscribeLinks links;

    public RemindersFeature(
            Settings settings,
            Services services,
            AccountsFeature accounts,
            CoursesFeature courses,
            LearningFeature learning) {
        this.settings = settings;
        this.services = services;
        this.accounts = accounts;
        this.courses = courses;
        this.learning = learning;
        links = new UnsubscribeLinks(services.signer(), services.publicUrl());
    }

    /** Whether these mails are wanted, and arrive. */
    static boolean mayMail(Account account) {
        return account.letters() && account.mailRefused() == null;
    }

    @Override
    public void routes(Routes routes) {
        new UnsubscribePages(accounts.accounts(), links, services.layout()).register(routes);
    }

    @Override
    public void ticks(Scheduler scheduler) {
        var jobs = services.jobs();
        scheduler
                .on("digests", settings.digests(), (transaction, due) -> {
                    jobs.enqueue(transaction, EnqueueDigests.of(LocalDate.ofInstant(due, ZoneOffset.UTC)));
                })
                .on("reminders", settings.reminders(), (transaction, due) -> {
                    jobs.enqueue(transaction, EnqueueReminders.of(due));
                });
    }

    @Override
    public void jobs(Worker worker) {
        var people = accounts.accounts();
        var enrolments = learning.enrolments();
        var mailer = services.mailer();
        worker.on(EnqueueDigests.class, new EnqueueDigests.Handler(services.jdbi(), services.jobs())::run)
                .on(SendDigest.class, new SendDigest.Handler(people, courses.courses(), enrolments, mailer, links)::run)
                .on(EnqueueReminders.class, new EnqueueReminders.Handler(services.jdbi(), services.jobs())::run)
                .on(SendReminder.class, new SendReminder.Handler(people, enrolments, mailer, links)::run);
    }
}
