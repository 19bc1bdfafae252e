package dozen.app;

import dozen.config.Secret;
import dozen.domain.Exit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * The sample data of all features: {@code task load-demo}. It fills an empty database, and only an empty one. All
 * accounts get one password, from stdin or a prompt: a password in the jar would be known to everybody.
 */
public final class Demo {
    @FunctionalInterface
    public interface Load {
        void run(Secret password) throws Exception;
    }

    private record Step(BooleanSupplier isEmpty, Load load) {}

    private final List<Step> steps = new ArrayList<>();

    /** @param isEmpty whether the feature has no data yet; unless that holds for all, nothing is loaded */
    public void add(BooleanSupplier isEmpty, Load load) {
        steps.add(new Step(isEmpty, load));
    }

    boolean isEmpty() {
        return steps.isEmpty();
    }

    void run(List<String> arguments) throws Exception {
        if (!arguments.isEmpty()) throw Exit.usage("usage: task load-demo, the password on stdin");
        if (!steps.stream().allMatch(step -> step.isEmpty().getAsBoolean())) {
            throw Exit.failure("the database is not empty; nothing was loaded");
        }
        var password = PasswordPrompt.read();
        for (var step : steps) step.load().run(password);
    }
}
