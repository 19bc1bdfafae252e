package academy.certificates;

import academy.accounts.Accounts;
import dozen.files.FileStorage;
import dozen.jobs.Job;
import dozen.mail.Mailer;
import jakarta.mail.MessagingException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * A job: makes a certificate's file, stores it and mails it. It is enqueued in the transaction that records the last
 * completed lesson.
 */
record MakeCertificate(UUID certificate) {

    /**
     * Makes the file. It is safe to run again: it writes the same file to the same place, and the mail is sent once.
     */
    record Handler(Certificates certificates, Accounts accounts, FileStorage files, Mailer mailer) {
        void run(MakeCertificate job, Job.Run run) throws IOException, MessagingException {
            var found = certificates.find(job.certificate());
            if (found.isEmpty()) return; // deleted in the meantime
            var certificate = found.get();
            var page = mailer.publicUrl() + "/certificates/" + certificate.id();
            var pdf = CertificatePdf.of(certificate, page);
            if (!certificate.isReady()) { // the mail may wait, and bring the job back
                files.put(certificate.file(), "application/pdf", pdf);
                certificates.ready(certificate.id());
            }
            var account = accounts.find(certificate.accountId());
            if (account.isEmpty()) return;
            mailer.send(
                    account.get().recipient(),
                    "certificate-" + certificate.id(),
                    "certificates/mails/certificate",
                    "Your certificate: " + certificate.course(),
                    Map.of("course", certificate.course(), "page", page),
                    Map.of(),
                    List.of(new Mailer.Attachment("certificate.pdf", "application/pdf", pdf)));
        }
    }
}
