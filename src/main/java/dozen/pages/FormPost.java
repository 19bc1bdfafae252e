package dozen.pages;

import dozen.domain.DomainError;
import dozen.http.Problems;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Handles a submitted form. */
public final class FormPost {
    private FormPost() {}

    /**
     * Does what the form asks for and redirects to another page. When the input is refused, shows the form again.
     *
     * @param work returns the page to go on to
     * @param again shows the form, given what was wrong, one line each
     * @throws DomainError when something is not found, forbidden or unavailable
     */
    public static void submit(Context context, Supplier<String> work, Consumer<List<String>> again) {
        try {
            context.redirect(work.get(), HttpStatus.SEE_OTHER);
        } catch (DomainError error) {
            switch (error.kind()) {
                case NOT_FOUND, FORBIDDEN, UNAVAILABLE -> throw error;
                default -> {
                    Problems.answer(context, error);
                    again.accept(faults(error));
                }
            }
        }
    }

    private static List<String> faults(DomainError error) {
        if (error.fields().isEmpty()) return List.of(error.getMessage());
        return error.fields().stream()
                .map(each -> "The %s %s.".formatted(each.field(), each.message()))
                .toList();
    }
}
