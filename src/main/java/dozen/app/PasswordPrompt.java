package dozen.app;

import dozen.config.Secret;
import dozen.domain.Exit;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a password for a task: from a prompt, where it is typed twice, or from a line of stdin. It is never an
 * argument, because every user of the machine can list those.
 */
public final class PasswordPrompt {
    private PasswordPrompt() {}

    public static Secret read() throws IOException {
        var console = System.console();
        if (console != null && console.isTerminal()) return prompted(console);
        var line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        if (line == null) throw Exit.failure("no password on stdin");
        return new Secret(line);
    }

    private static Secret prompted(Console console) {
        var first = console.readPassword("Password: ");
        var again = console.readPassword("Again: ");
        if (first == null || again == null || !Arrays.equals(first, again)) {
            throw Exit.failure("the two passwords differ");
        }
        return new Secret(new String(first));
    }
}
