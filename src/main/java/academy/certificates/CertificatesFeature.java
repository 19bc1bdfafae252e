package academy.certificates;

import academy.accounts.AccountsFeature;
import academy.learning.LearningFeature;
import dozen.app.Feature;
import dozen.app.Services;
import dozen.files.FileStorage;
import dozen.http.Routes;
import dozen.jobs.Worker;
import java.util.Optional;

/** A certificate for each completed course: a PDF file, a mail, and a public page that verifies it. */
public final class CertificatesFeature implements Feature {
    private final Services services;
    private final AccountsFeature accounts;
    private final Optional<FileStorage> files;
    private final Certificates certificates;
    private final CertificateRoutes routes;

    public CertificatesFeature(
            Optional<FileStorage.Settings> files,
            Services services,
            AccountsFeature accounts,
            LearningFeature learning) {
        this.services = services;
        this.accounts = accounts;
        this.files = files.map(FileStorage::new);
        certificates = new Certificates(services.jdbi(), services.jobs());
        routes = new CertificateRoutes(certificates, this.files, services.layout());
        learning.enrolments().onCompleted(certificates::issue); // in the transaction of the last completion
        learning.learningSection(routes::learningSection);
    }

    @Override
    public void routes(Routes all) {
        files.ifPresent(storage -> services.health().uses("files", storage::ping));
        services.layout().asset("certificates/certificates.css");
        services.layout().asset("certificates/certificates.js");
        routes.register(all);
    }

    /** Registers no handler without file storage, so that the jobs wait for a worker that has it. */
    @Override
    public void jobs(Worker worker) {
        files.ifPresent(storage -> worker.on(
                MakeCertificate.class,
                new MakeCertificate.Handler(certificates, accounts.accounts(), storage, services.mailer())::run));
    }
}
