package academy;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Dependencies point one way: the wiring knows the features, the features know the kit, and nothing goes in a circle. */
class ArchitectureTest {
    private static final String APPLICATION = Main.class.getPackageName();
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dozen", APPLICATION);

    /** The kit's tests and its test kit know nothing of it, either. */
    @Test
    void theKitKnowsNothingOfTheApplication() {
        noClasses()
                .that()
                .resideInAPackage("dozen..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(APPLICATION + "..")
                .check(new ClassFileImporter().importPackages("dozen"));
    }

    @Test
    void noPackagesDependOnEachOther() {
        slices().matching("dozen.(*)..").should().beFreeOfCycles().check(CLASSES);
        slices().matching(APPLICATION + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    /** Routes, pages and the feature's face speak HTTP; everything else could run without it. */
    @Test
    void theDomainKnowsNoHttp() {
        var domain = describe(
                "the domain",
                (JavaClass type) -> type.getPackageName().startsWith(APPLICATION + ".")
                        && !HTTP.matcher(type.getName()).find());
        noClasses()
                .that(domain)
                .or(resideInAnyPackage(
                        "dozen.domain..",
                        "dozen.config..",
                        "dozen.jobs..",
                        "dozen.services..",
                        "dozen.files..",
                        "dozen.mail.."))
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.javalin..", "dozen.http..")
                .check(CLASSES);
    }

    private static final Pattern HTTP = Pattern.compile("(Feature|Routes|Pages|Fragments|Sessions)(\\$|$)");

    @Test
    void featuresKnowEachOthersDomainAndNotEachOthersRoutes() {
        var routes = describe(
                "routes and pages",
                (JavaClass type) -> type.getPackageName().startsWith(APPLICATION + ".")
                        && type.getSimpleName().matches(".*(Routes|Pages)"));
        slices().matching(APPLICATION + ".(*)..")
                .should()
                .notDependOnEachOther()
                .ignoreDependency(DescribedPredicate.alwaysTrue(), DescribedPredicate.not(routes))
                .check(CLASSES);
    }

    /** What only Main knows can be taken out: rooms of the kit, and features. */
    @Test
    void leavesAreKnownToMainAlone() {
        for (var leaf : new String[] {"dozen.status", "dozen.metrics", "dozen.apidocs"}) {
            noClasses()
                    .that()
                    .resideOutsideOfPackages(leaf + "..", APPLICATION)
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(leaf + "..")
                    .check(CLASSES);
        }
    }
}
