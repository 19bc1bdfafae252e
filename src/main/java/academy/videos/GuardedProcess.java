package academy.videos;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that ends with us, also when we are killed with -9: a shell waits beside it for the end of its own input,
 * which only we hold open, and then kills it. So a dead worker leaves no ffmpeg behind that computes for nobody.
 */
final class GuardedProcess implements AutoCloseable {
    /** The program's own input is empty. Its exit code becomes the shell's; 128 and more tell of a signal. */
    private static final String GUARD = """
            exec 3<&0
            "$@" </dev/null & program=$!
            (read -r _ <&3; kill -9 $program) >/dev/null 2>&1 & guard=$!
            wait $program; code=$?
            kill $guard 2>/dev/null
            exit $code
            """;

    /** A shell's exit code for a signal is this and its number. Codes above those are errors of ffmpeg's own. */
    private static final int SIGNALS = 128;

    private static final int LAST_SIGNAL = 31;
    private static final int SIGXCPU = 24;
    /** A shell's own codes. */
    private static final int NOT_EXECUTABLE = 126;

    private static final int NOT_FOUND = 127;
    /** What ffmpeg itself exits with when it was told to stop. */
    private static final int STOPPED = 255;

    private final Process process;

    private GuardedProcess(Process process) {
        this.process = process;
    }

    /** @param errors where its standard error goes */
    static GuardedProcess start(List<String> command, Path errors) throws IOException {
        var guarded = new ArrayList<>(List.of("sh", "-c", GUARD, "sh"));
        guarded.addAll(command);
        return new GuardedProcess(
                new ProcessBuilder(guarded).redirectError(errors.toFile()).start());
    }

    Process process() {
        return process;
    }

    boolean waitFor(long milliseconds) throws InterruptedException {
        return process.waitFor(milliseconds, TimeUnit.MILLISECONDS);
    }

    /**
     * Whether it did its work. Only after its end.
     *
     * @throws IOException when it could not be run, or a signal ended it, for lack of memory, say: not the input's fault
     */
    boolean succeeded() throws IOException {
        var code = process.exitValue();
        if (code == NOT_EXECUTABLE || code == NOT_FOUND) throw new IOException("the program can't be run");
        if (code == STOPPED) throw new IOException("it was stopped");
        var signal = code - SIGNALS;
        if (signal > 0 && signal <= LAST_SIGNAL && !usedUpItsTime())
            throw new IOException("signal %d ended it".formatted(signal));
        return code == 0;
    }

    /** Its limit of processor time was over. */
    boolean usedUpItsTime() {
        return process.exitValue() == SIGNALS + SIGXCPU;
    }

    /** Kills it when it still runs. */
    @Override
    public void close() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (process.waitFor(10, TimeUnit.SECONDS)) return;
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
