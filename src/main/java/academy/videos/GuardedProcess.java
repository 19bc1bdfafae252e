package academy.videos;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that ends when this process ends, even when this process is killed with -9. A shell beside the program
 * waits for the end of its own input, which only this process holds open, and then kills the program. So a dead worker
 * leaves no ffmpeg running.
 */
record GuardedProcess(Process process) implements AutoCloseable {
    /** The program's own input is empty. The shell exits with the program's exit code; 129 to 159 mean a signal. */
    private static final String GUARD = """
            exec 3<&0
            "$@" </dev/null & program=$!
            (read -r _ <&3; kill -9 $program) >/dev/null 2>&1 & guard=$!
            wait $program; code=$?
            kill $guard 2>/dev/null
            exit $code
            """;

    /**
     * A shell's exit code for a signal is this plus the signal's number. Codes above 128 + 31 are ffmpeg's own errors.
     */
    private static final int SIGNALS = 128;

    private static final int LAST_SIGNAL = 31;
    private static final int SIGXCPU = 24;
    /** The shell's own exit codes: it found the program but could not run it, or did not find it. */
    private static final int NOT_EXECUTABLE = 126;

    private static final int NOT_FOUND = 127;
    /** ffmpeg's exit code when it was told to stop. */
    private static final int STOPPED = 255;

    /** @param errors the file that receives the program's standard error */
    static GuardedProcess start(List<String> command, Path errors) throws IOException {
        var guarded = new ArrayList<>(List.of("sh", "-c", GUARD, "sh"));
        guarded.addAll(command);
        return new GuardedProcess(
                new ProcessBuilder(guarded).redirectError(errors.toFile()).start());
    }

    /**
     * Returns whether the program succeeded. Call this only after its end.
     *
     * @throws IOException when the program could not be run, was stopped, or was ended by a signal, for example for
     *     lack of memory: the input is not at fault
     */
    boolean succeeded() throws IOException {
        var code = process.exitValue();
        if (code == NOT_EXECUTABLE || code == NOT_FOUND) throw new IOException("the program can't be run");
        if (code == STOPPED) throw new IOException("it was stopped");
        var signal = code - SIGNALS;
        if (signal > 0 && signal <= LAST_SIGNAL && !exceededCpuLimit())
            throw new IOException("signal %d ended it".formatted(signal));
        return code == 0;
    }

    /** Returns whether the program was ended because it used up its processor time (SIGXCPU). */
    boolean exceededCpuLimit() {
        return process.exitValue() == SIGNALS + SIGXCPU;
    }

    /** Kills the program if it is still running. */
    @Override
    public void close() throws IOException, InterruptedException {
        process.getOutputStream().close();
        if (process.waitFor(10, TimeUnit.SECONDS)) return;
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
