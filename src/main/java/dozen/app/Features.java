package dozen.app;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The features of an application, each after those that it depends on. */
public final class Features {
    private final List<Feature> all = new ArrayList<>();

    /** Adds a feature; returns it, for the features that depend on it. */
    public <F extends Feature> F add(F feature) {
        all.add(feature);
        return feature;
    }

    public Features join(String processType, Lifecycle lifecycle) {
        forEach(feature -> feature.join(processType, lifecycle));
        return this;
    }

    public void forEach(Consumer<Feature> action) {
        all.forEach(action);
    }
}
