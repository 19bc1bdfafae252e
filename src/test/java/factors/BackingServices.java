package factors;

import static factors.Factor.expect;

import dev.TestServices;
import dozen.services.Migrations;
import dozen.services.Postgres;
import factors.Declarations.Person;

/** IV: each backing service is swapped for another by its address. */
final class BackingServices {
    private BackingServices() {}

    static String observe(Subject subject) throws Exception {
        var first = subject.deploy();
        var somebody = Person.number("services", 1);
        String id;
        String cookie;
        try (var web = subject.start(first, "web")) {
            var visitor = subject.visitor(web);
            id = visitor.signUp(somebody);
            cookie = visitor.logIn(somebody);
            expect(visitor.me(cookie) == 200 && visitor.read(id) == 200, "it does not serve on the first services");
        }
        try (var postgres = TestServices.startPostgres("second", 0);
                var redis = TestServices.startRedis("second", 0)) {
            postgres.execute("postgres", "DROP DATABASE IF EXISTS second", "CREATE DATABASE second");
            Migrations.run(Postgres.Url.parse(postgres.url("second")));
            var another = Subject.with(first, "DATABASE_URL", postgres.url("second"));
            try (var web = subject.start(another, "web")) {
                var visitor = subject.visitor(web);
                expect(visitor.tryLogIn(somebody).statusCode() == 401, "another PostgreSQL knows the first's account");
                visitor.signUp(somebody);
            }
            try (var web = subject.start(Subject.with(first, "REDIS_URL", redis.url()), "web")) {
                var visitor = subject.visitor(web);
                expect(visitor.me(cookie) == 401, "another Redis knows the first's session");
                expect(visitor.read(id) == 200, "the account is not in PostgreSQL");
                visitor.logIn(somebody);
            }
        }
        var observed = "PostgreSQL, Redis and SMTP";
        mail(subject, Person.number("services", 2));
        if (subject.hasSetting("S3_BUCKET")) {
            files(subject);
            observed = "PostgreSQL, Redis, S3 and SMTP";
        }
        return observed + ": what one has, another has not; no build, no file";
    }

    private static void mail(Subject subject, Person somebody) throws Exception {
        var smtp = Subject.smtp();
        var settings = Subject.with(subject.deploy(), "SMTP_URL", Subject.url(smtp));
        try (var web = subject.start(settings, "web");
                var _ = subject.start(settings, "worker")) {
            subject.visitor(web).signUp(somebody);
            Subject.await(20, "a mail at the other SMTP server", () -> subject.mailsTo(smtp, somebody.mail()) == 1);
            expect(subject.mailsTo(subject.mails, somebody.mail()) == 0, "the first SMTP server got the mail");
        } finally {
            smtp.stop();
        }
    }

    /** Attaches a second S3 server and then stops it: readiness must show both. */
    private static void files(Subject subject) throws Exception {
        var s3 = TestServices.startS3("second-s3");
        var settings = subject.deploy();
        settings.putAll(s3.settings());
        try (var web = subject.start(settings, "web")) {
            var visitor = subject.visitor(web);
            expect(visitor.ready().contains("\"files\":{\"status\":\"ok\""), "the second S3 is not used");
            s3.close();
            expect(
                    visitor.ready().contains("\"files\":{\"status\":\"away\""),
                    "it does not see that the second S3 is away");
        }
    }
}
