package academy;

import academy.accounts.ResetLinks;
import academy.accounts.SendPasswordReset;
import academy.accounts.SendWelcomeMail;
import academy.certificates.Certificates;
import academy.certificates.MakeCertificate;
import academy.courses.Courses;
import academy.housekeeping.PurgeExpired;
import academy.learning.Enrolments;
import academy.reminders.EnqueueDigests;
import academy.reminders.EnqueueReminders;
import academy.reminders.SendDigest;
import academy.reminders.SendReminder;
import academy.reminders.Unsubscribe;
import academy.videos.DiscardFiles;
import academy.videos.Ffmpeg;
import academy.videos.TranscodeVideo;
import academy.videos.Videos;
import dozen.app.Lifecycle;
import dozen.app.ProcessRegistry;
import dozen.jobs.Jobs;
import dozen.jobs.Worker;
import dozen.mail.Mailer;
import dozen.security.Signer;
import dozen.services.Mail;

/** The worker process: every type of job with its handler. */
final class WorkerProcess {
    static Worker start(Settings settings, Lifecycle lifecycle) {
        var services = new Services(settings, lifecycle);
        // A connection for each handler, and for each of the two schedulers to take jobs and send heartbeats.
        var threads = settings.workerThreads() + TranscodeVideo.POLICY.ownThreads();
        var connections = Math.max(settings.databasePoolSize(), threads + 5);
        var postgres = services.postgres(connections, Services.LONG_STATEMENT);
        var jdbi = postgres.jdbi();
        var redis = services.redis();
        var files = services.files();
        var mail = new Mail(settings.smtpUrl(), settings.mailFrom(), settings.smtpPlainLogin());
        var signer = new Signer(settings.secretKey());

        var jobs = new Jobs(redis);
        var accounts = services.accounts(postgres);
        var courses = new Courses(jdbi);
        var certificates = new Certificates(jdbi, jobs);
        var enrolments = new Enrolments(jdbi, certificates::issue);
        var videos = new Videos(jdbi, jobs);
        var mailer = new Mailer(jdbi, mail, settings.publicUrl(), accounts::mailRefused);
        var unsubscribe = new Unsubscribe.Links(signer, settings.publicUrl());
        var resets = new ResetLinks(signer, accounts);

        var registry = ProcessRegistry.join(redis, "worker", settings.process().release(), lifecycle);
        var worker = lifecycle
                .register(new Worker(registry.name(), postgres, redis, settings.drain()))
                .on(SendWelcomeMail.class, new SendWelcomeMail.Handler(accounts, mailer)::run)
                .on(SendPasswordReset.class, new SendPasswordReset.Handler(accounts, resets, mailer)::run)
                .on(EnqueueDigests.class, new EnqueueDigests.Handler(jdbi, jobs)::run)
                .on(SendDigest.class, new SendDigest.Handler(accounts, courses, enrolments, mailer, unsubscribe)::run)
                .on(EnqueueReminders.class, new EnqueueReminders.Handler(jdbi, jobs)::run)
                .on(SendReminder.class, new SendReminder.Handler(accounts, enrolments, mailer, unsubscribe)::run)
                .on(PurgeExpired.class, new PurgeExpired.Handler(jdbi)::run);
        // Without file storage these types are unknown here: their jobs wait for a worker that has one.
        files.ifPresent(storage -> worker.on(
                        MakeCertificate.class,
                        new MakeCertificate.Handler(certificates, accounts, storage, mailer)::run)
                .on(
                        TranscodeVideo.class,
                        TranscodeVideo.POLICY,
                        TranscodeVideo.Handler.start(videos, storage, new Ffmpeg(settings.ffmpeg()))::run)
                .on(DiscardFiles.class, new DiscardFiles.Handler(storage)::run));
        worker.start(settings.workerThreads());
        registry.started();
        return worker;
    }

    private WorkerProcess() {}
}
