package academy;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** Dependencies point one way: the wiring knows the features, the features know the kit, and nothing goes in a circle. */
class ArchitectureTest {
    private static final String APPLICATION = Main.class.getPackageName();
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dozen", APPLICATION);

    @Test
    void theKitKnowsNothingOfTheApplication() {
        noClasses()
                .that()
                .resideInAPackage("dozen..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(APPLICATION + "..")
                .check(CLASSES);
    }

    @Test
    void noPackagesDependOnEachOther() {
        slices().matching("dozen.(*)..").should().beFreeOfCycles().check(CLASSES);
        slices().matching(APPLICATION + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void whatFeaturesSpeakInKnowsNoHttp() {
        noClasses()
                .that()
                .resideInAnyPackage("dozen.domain..", "dozen.jobs..", "dozen.services..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("io.javalin..", "dozen.http..")
                .check(CLASSES);
    }

    /** A feature that only Main knows, with the sample data, can be taken out without a change in another feature. */
    @Test
    void leavesAreKnownToTheWiringAlone() {
        var features = describe(
                "a feature",
                (JavaClass type) -> type.getPackageName().startsWith(APPLICATION + ".")
                        && !type.getPackageName().equals(APPLICATION + ".demo"));
        for (var leaf : new String[] {"certificates", "videos", "reminders", "authoring"}) {
            noClasses()
                    .that(features)
                    .and()
                    .resideOutsideOfPackage(APPLICATION + "." + leaf + "..")
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(APPLICATION + "." + leaf + "..")
                    .check(CLASSES);
        }
        noClasses()
                .that()
                .resideOutsideOfPackages("dozen.status..", APPLICATION)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dozen.status..")
                .check(CLASSES);
    }
}
