package dozen.domain;

import java.util.List;

/**
 * A record that callers send. Its rules are written once: they refuse what is not valid, and the API document takes the
 * bounds of the fields from them. Fields that may be left out are marked {@code @Nullable}.
 *
 * {@snippet :
 * record Draft(String title, @Nullable String text) implements Validated {
 *     @Override
 *     public void validate(Validation validation) {
 *         validation.text("title", title, 1, 200);
 *         validation.text("text", text == null ? "" : text, 0, 50_000);
 *     }
 * }
 * }
 */
public interface Validated {
    /**
     * Checks every field. The API document runs this on a record of nulls, so no check may depend on another one's
     * outcome, except for errors that JSON Schema can't tell.
     */
    void validate(Validation validation);

    /** All that is wrong; empty when the record is valid. */
    default List<DomainError.FieldError> faults() {
        var validation = new Validation();
        validate(validation);
        return validation.errors();
    }

    /** @throws DomainError when the record is not valid */
    default void check() {
        var faults = faults();
        if (!faults.isEmpty()) throw DomainError.invalid(faults);
    }
}
