package academy.videos;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;

/**
 * The ffmpeg program. Its input comes from strangers, so it may open files alone (a playlist could name addresses within
 * our network), and has a limit of processor time that holds even when we are killed.
 */
public final class Ffmpeg {
    private static final Pattern DURATION = Pattern.compile("Duration: (\\d+):(\\d\\d):(\\d\\d\\.\\d+)");
    private static final Pattern OUT_TIME = Pattern.compile("out_time_(?:us|ms)=(\\d+)"); // both are microseconds
    private static final Duration PROBE = Duration.ofSeconds(30);

    /** The file is no video, or none that ffmpeg can read. The message is for whoever uploaded it. */
    static final class Unplayable extends Exception {
        Unplayable(String message) {
            super(message, null, false, false);
        }
    }

    /** Told to stop in the middle. */
    static final class Stopped extends Exception {
        Stopped() {
            super("stopped", null, false, false);
        }
    }

    private final String program;

    /** @param program its path, or its name on the PATH */
    public Ffmpeg(String program) {
        this.program = program;
    }

    /** How long a video plays. */
    float seconds(Path video) throws IOException, InterruptedException, Unplayable {
        var log = Files.createTempFile("ffmpeg", ".log");
        try {
            var process = start(List.of("-i", video.toString()), log);
            if (!process.waitFor(PROBE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new Unplayable("This file could not be read in time.");
            }
            var output = Files.readString(log, StandardCharsets.ISO_8859_1);
            var duration = DURATION.matcher(output);
            // A picture with sound, as music files have, is no film.
            var film = output.lines().anyMatch(line -> line.contains("Video:") && !line.contains("(attached pic)"));
            if (!film || !duration.find()) throw new Unplayable("This file is no video, or none that can be read.");
            var seconds = Integer.parseInt(duration.group(1)) * 3600
                    + Integer.parseInt(duration.group(2)) * 60
                    + Float.parseFloat(duration.group(3));
            if (seconds <= 0) throw new Unplayable("This video has no length.");
            return seconds;
        } finally {
            Files.deleteIfExists(log);
        }
    }

    /**
     * Makes every rendition and the poster in one pass, which decodes but once.
     *
     * @param limit of processor time
     * @param progress told from 0 to 100
     * @param stopping asked a few times a second
     */
    void transcode(
            Path video, float seconds, Path folder, Duration limit, IntConsumer progress, BooleanSupplier stopping)
            throws IOException, InterruptedException, Unplayable, Stopped {
        var log = folder.resolve("ffmpeg.log");
        var process = start(arguments(video, seconds, folder, limit), log);
        var reader = Thread.ofVirtual().start(() -> read(process, seconds, progress));
        try {
            while (!process.waitFor(200, TimeUnit.MILLISECONDS)) {
                if (stopping.getAsBoolean()) throw new Stopped();
            }
            reader.join();
            if (process.exitValue() != 0) throw new Unplayable("This video could not be converted: " + lastLine(log));
        } finally {
            process.destroyForcibly(); // stopped, interrupted by the job's time limit, or ended already
            process.waitFor(10, TimeUnit.SECONDS);
        }
    }

    private static List<String> arguments(Path video, float seconds, Path folder, Duration limit) {
        var arguments = new ArrayList<String>();
        arguments.addAll(List.of("-y", "-loglevel", "error", "-nostats", "-progress", "pipe:1"));
        arguments.addAll(List.of("-timelimit", String.valueOf(limit.toSeconds())));
        arguments.addAll(List.of("-i", video.toString()));
        for (var height : Video.HEIGHTS) {
            arguments.addAll(List.of("-map", "0:v:0", "-map", "0:a:0?"));
            // Even numbers, as the codec asks for; never larger than it came.
            arguments.addAll(List.of("-vf", "scale=-2:'2*trunc(min(%d,ih)/2)'".formatted(height)));
            arguments.addAll(List.of("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p"));
            arguments.addAll(List.of("-c:a", "aac", "-b:a", "128k", "-ac", "2", "-movflags", "+faststart"));
            arguments.add(folder.resolve(Video.rendition(height)).toString());
        }
        arguments.addAll(List.of("-map", "0:v:0", "-ss", String.valueOf(seconds / 4), "-frames:v", "1"));
        arguments.addAll(List.of("-vf", "scale=-2:'2*trunc(min(720,ih)/2)'", "-q:v", "4"));
        arguments.add(folder.resolve(Video.POSTER).toString());
        return arguments;
    }

    /** A short film with a moving picture and a tone, in 1280 x 720: something to try uploads with. */
    public void makeSample(Path file, int seconds) throws IOException, InterruptedException {
        var picture = "testsrc2=size=1280x720:rate=25:duration=" + seconds;
        var tone = "sine=frequency=330:duration=" + seconds;
        var command = List.of(
                program,
                "-nostdin",
                "-y",
                "-loglevel",
                "error",
                "-f",
                "lavfi",
                "-i",
                picture,
                "-f",
                "lavfi",
                "-i",
                tone,
                "-c:v",
                "libx264",
                "-preset",
                "veryfast",
                "-pix_fmt",
                "yuv420p",
                "-c:a",
                "aac",
                file.toString());
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException("ffmpeg made no film");
        }
    }

    private Process start(List<String> arguments, Path log) throws IOException {
        var command = new ArrayList<>(List.of(program, "-nostdin", "-hide_banner", "-protocol_whitelist", "file,pipe"));
        command.addAll(arguments);
        return new ProcessBuilder(command).redirectError(log.toFile()).start();
    }

    private static void read(Process process, float seconds, IntConsumer progress) {
        try (var lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.ISO_8859_1))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                var time = OUT_TIME.matcher(line);
                if (time.matches())
                    progress.accept((int) Math.clamp(Long.parseLong(time.group(1)) / seconds / 1e4, 0, 100));
            }
        } catch (IOException e) {
            // the process was ended
        }
    }

    /** Without the path of our temporary folder. */
    private static String lastLine(Path log) throws IOException {
        return Files.readString(log, StandardCharsets.ISO_8859_1)
                .lines()
                .filter(line -> !line.isBlank())
                .reduce((_, last) -> last)
                .map(line -> line.replaceAll("/\\S+/", ""))
                .orElse("it gave no reason");
    }
}
