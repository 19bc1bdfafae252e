package dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can't be generated is refused in a line, before anything is written. */
class GenerateTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "feature | say what to generate: scripts/generate --help tells how",
                "song parcels | \"song\" is nothing that can be generated",
                "feature parcel name:text | \"parcel\" is no feature's name: take a plural, such as parcels or order-lines",
                "feature Parcels name:text | \"Parcels\" is no feature's name: take a plural, such as parcels or order-lines",
                "feature ../etcs name:text | \"../etcs\" is no feature's name: take a plural, such as parcels or order-lines",
                "feature accounts name:text | accounts exists already",
                "feature services name:text | Java or the kit has a class Services",
                "feature strings name:text | Java or the kit has a class String",
                "feature cases name:text | \"case\" is a word of Java",
                "feature jobs number:text | a table can't be named jobs, or there is one",
                "feature references number:text | a table can't be named references, or there is one",
                "feature users number:text | there is a route /users in src/main/java/academy/accounts/AccountRoutes.java",
                "feature changes number:text | the template has a variable \"changes\"",
                "feature drafts number:text | the template has a variable \"draft\"",
                "feature parcels left:int | \"left\" is reserved: take another name",
                "feature parcels validation:text | \"validation\" is reserved: take another name",
                "feature parcels paid:bool? | a bool can't be optional in a form: paid",
                "page accounts Status | there is a route /status in src/main/java/dozen/status/StatusFeature.java",
                "feature parcels | a feature has 1 to 40 fields besides an owner",
                "feature parcels owner:ref:accounts | a feature has 1 to 40 fields besides an owner",
                "feature parcels name | \"name\" is no field: write name:type with a type of [text, int, decimal, bool, date, time, uuid, ref]",
                "feature parcels name:string | \"name:string\" is no field: write name:type with a type of [text, int, decimal, bool, date, time, uuid, ref]",
                "feature parcels name:text:x | \"name:text:x\": a reference is written as name:ref:FEATURE",
                "feature parcels to:ref | \"to:ref\": a reference is written as name:ref:FEATURE",
                "feature parcels to-whom:text | \"to-whom\" is no name of up to 24 letters",
                "feature parcels order:int | \"order\" is reserved: take another name",
                "feature parcels class:text | \"class\" is reserved: take another name",
                "feature parcels id:uuid | \"id\" is reserved: take another name",
                "feature parcels paid:bool! | a bool can't be unique: paid:bool!",
                "feature parcels name:text name:int | two fields are named name",
                "feature parcels to:ref:moons | there is no feature moons to refer to",
                "feature parcels name:text --access all | --access takes owner or admin",
                "feature parcels name:text --acces | there is no option --acces",
                "feature parcels name:text owner:ref:accounts --access admin | rows with an owner have --access owner",
                "migration Weights | a migration has one name, such as parcel_weights: small letters, digits and underscores",
                "job accounts sendLabel | \"sendLabel\" is no class name, such as SendLabel",
                "job parcels SendLabel | there is no feature parcels",
                "task accounts | write: task FEATURE NAME",
            })
    void itIsRefused(String arguments, String message) {
        var words = new ArrayList<>(List.of(arguments.split(" ")));
        var refused = assertThrows(IllegalArgumentException.class, () -> Generate.run(words));
        assertEquals(message, refused.getMessage());
    }
}
