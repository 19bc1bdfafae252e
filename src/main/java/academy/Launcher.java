package academy;

/**
 * The class that {@code java -jar} starts. It is compiled for Java 8, so that a Java that is too old for the rest says
 * so in one line instead of "class file has wrong version".
 */
public final class Launcher {
    private static final double NEEDED = 25;
    /** EX_UNAVAILABLE of sysexits.h. */
    private static final int UNAVAILABLE = 69;

    private Launcher() {}

    public static void main(String[] arguments) {
        String version = System.getProperty("java.specification.version"); // such as "1.8", or "17" since Java 9
        if (Double.parseDouble(version) < NEEDED) {
            System.err.println("academy: needs Java 25 or newer, but this is Java " + version + ": "
                    + System.getProperty("java.home"));
            System.exit(UNAVAILABLE);
        }
        Main.main(arguments);
    }
}
