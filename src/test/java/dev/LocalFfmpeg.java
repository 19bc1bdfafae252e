package dev;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** The ffmpeg of the PATH, else that of a Maven artifact for this system. */
public final class LocalFfmpeg {
    private LocalFfmpeg() {}

    /** @param folder where the artifact's is unpacked, once */
    public static String program(Path folder) throws IOException {
        for (var each : System.getenv("PATH").split(File.pathSeparator)) {
            var file = new File(each, "ffmpeg");
            if (file.canExecute()) return file.getAbsolutePath();
        }
        var name = "ffmpeg-" + (isArm() ? "aarch64" : isMac() ? "x86_64" : "amd64") + (isMac() ? "-osx" : "");
        var program = folder.toAbsolutePath().resolve("ffmpeg");
        if (Files.exists(program)) return program.toString();
        try (var stream = LocalFfmpeg.class.getResourceAsStream("/ws/schild/jave/nativebin/" + name)) {
            if (stream == null) throw new IOException("no ffmpeg for this system: install one, or set FFMPEG");
            Files.createDirectories(program.getParent());
            // Under another name first: nobody may find a half of it.
            var copy = Files.createTempFile(program.getParent(), "ffmpeg", "");
            Files.copy(stream, copy, StandardCopyOption.REPLACE_EXISTING);
            if (!copy.toFile().setExecutable(true)) throw new IOException("not executable: " + copy);
            Files.move(copy, program, StandardCopyOption.ATOMIC_MOVE);
            return program.toString();
        }
    }

    private static boolean isArm() {
        return System.getProperty("os.arch").equals("aarch64");
    }

    private static boolean isMac() {
        return System.getProperty("os.name").startsWith("Mac");
    }
}
