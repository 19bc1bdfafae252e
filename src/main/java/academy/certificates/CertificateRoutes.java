package academy.certificates;

import dozen.domain.Caller;
import dozen.domain.DomainError;
import dozen.domain.Slice;
import dozen.files.FileStorage;
import dozen.http.Access;
import dozen.http.Params;
import dozen.http.Routes;
import dozen.pages.Layout;
import io.javalin.http.Context;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The caller's own certificates, and the public page that verifies any certificate. */
record CertificateRoutes(Certificates certificates, Optional<FileStorage> files, Layout layout) {
    /** The first page of the caller's certificates, larger than anybody needs. */
    private static final Slice.Request FIRST_PAGE = new Slice.Request(100, Optional.empty());

    private static final Duration LINK_TTL = Duration.ofMinutes(5);

    void register(Routes routes) {
        routes.get("/api/certificates", Access.USER, this::list)
                .summary("The caller's certificates")
                .list(Certificate.class);
        routes.get("/api/certificates/{id}", Access.USER, context -> context.json(own(context)))
                .summary("The caller's certificate")
                .returns(200, Certificate.class);
        routes.get("/api/certificates/{id}/pdf", Access.USER, this::pdf)
                .summary("A redirect to its file; the link is valid for a few minutes")
                .returns(302);
        routes.page("/certificates/{id}", Access.PUBLIC, this::verify)
                .summary("The page that verifies a certificate")
                .returns(200, "text/html");
    }

    private void list(Context context) {
        var account = Routes.caller(context).id();
        context.json(certificates.list(account, Params.slice(context)));
    }

    /** Finds a certificate that the caller may see: their own, or any for an admin. Others get 404. */
    private Certificate own(Context context) {
        var caller = Routes.caller(context);
        return certificates
                .find(Params.uuid(context, "id"))
                .filter(certificate -> maySee(caller, certificate))
                .orElseThrow(DomainError::notFound);
    }

    private static boolean maySee(Caller caller, Certificate certificate) {
        return caller.isAdmin() || certificate.accountId().equals(caller.id());
    }

    private void pdf(Context context) {
        var certificate = own(context);
        var storage = files.orElseThrow(() -> DomainError.unavailable("No file storage is attached."));
        if (!certificate.isReady()) throw DomainError.conflict("The file is being made. Try again in a moment.");
        context.status(302)
                .header("Location", storage.link(certificate.file(), LINK_TTL).toString());
    }

    /** Shows the contents of the certificate, and no other data of the account. */
    private void verify(Context context) {
        var certificate = certificates.find(Params.uuid(context, "id")).orElseThrow(DomainError::notFound);
        layout.answer(
                context,
                "certificates/certificate",
                "Certificate of " + certificate.name(),
                Map.of("certificate", certificate));
    }

    /** The caller's certificates, for the page "My learning". */
    String learningSection(Caller caller) {
        var own = certificates.list(caller.id(), FIRST_PAGE).items();
        return layout.fragment("certificates/certificates", Map.of("certificates", own));
    }
}
