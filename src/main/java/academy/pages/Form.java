package academy.pages;

import dozen.http.Problem;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.function.Consumer;

/** What a form sends. */
public final class Form {
    private Form() {}

    /**
     * Does what the form asks for and goes on to another page; when that is refused, shows the form again.
     *
     * @param work returns the page to go on to
     * @param again is given what was wrong, one line each
     */
    public static void submit(Context context, Work work, Consumer<List<String>> again) {
        try {
            context.redirect(work.run(), HttpStatus.SEE_OTHER);
        } catch (Problem problem) {
            if (problem.status() == 404 || problem.status() == 403 || problem.status() >= 500) throw problem;
            problem.headers().forEach(context::header);
            context.status(problem.status());
            again.accept(faults(problem));
        }
    }

    @FunctionalInterface
    public interface Work {
        String run();
    }

    private static List<String> faults(Problem problem) {
        if (problem.errors().isEmpty()) return List.of(problem.getMessage());
        return problem.errors().stream()
                .map(error -> "The %s %s.".formatted(error.field(), error.message()))
                .toList();
    }
}
