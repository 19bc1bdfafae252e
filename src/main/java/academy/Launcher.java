package academy;

import java.io.File;

/**
 * The class that {@code java -jar} starts. It is compiled for Java 8, so that a Java that is too old for the rest says
 * so in one line instead of "class file has wrong version".
 */
public final class Launcher {
    private static final double MIN_JAVA_VERSION = 25;
    /** EX_UNAVAILABLE of sysexits.h. */
    private static final int UNAVAILABLE = 69;

    private Launcher() {}

    public static void main(String[] arguments) {
        String version = System.getProperty("java.specification.version"); // such as "1.8", or "17" since Java 9
        if (Double.parseDouble(version) < MIN_JAVA_VERSION) {
            refuse("needs Java 25 or newer, but this is Java " + version + ": " + System.getProperty("java.home"));
        }
        refuseOldCache(new File(System.getProperty("java.class.path")));
        Main.main(arguments);
    }

    /** The JVM does not notice that a jar was replaced, and would run the old code from the start-up cache. */
    private static void refuseOldCache(File jar) {
        File cache = new File(jar.getPath().replaceAll("\\.jar$", ".aot"));
        if (!cache.equals(jar) && cache.exists() && cache.lastModified() < jar.lastModified()) {
            refuse(cache + " is older than " + jar + ": delete it, or make it anew with scripts/build --cache");
        }
    }

    private static void refuse(String line) {
        System.err.println("academy: " + line);
        System.exit(UNAVAILABLE);
    }
}
