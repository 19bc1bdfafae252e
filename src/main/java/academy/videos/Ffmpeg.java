package academy.videos;

import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;

/**
 * Runs the programs ffmpeg and ffprobe. Their input is untrusted, so they may open only files and pipes, and only
 * formats that hold a film: a playlist could name addresses within our network, or other files of this machine.
 *
 * @param program ffmpeg's path, or its name on the PATH; ffprobe is beside it
 */
public record Ffmpeg(String program) {
    private static final String FORMATS = "mov,mp4,matroska,webm,avi,mpegts,mpeg,flv,asf,ogg";
    /** The only entries that ffprobe reads. Tags stay out, because they can be of any size. */
    private static final String ENTRIES = "format=duration:stream=index";

    private static final Pattern OUT_TIME = Pattern.compile("out_time_us=(\\d+)");
    /** Error messages, as the C library spells them, for faults of this machine and not of the film. */
    private static final Pattern HOST_FAULT = Pattern.compile(
            "No space left|File too large|Disk quota|Input/output error"
                    + "|Cannot allocate memory|Too many open files|Read-only file system|Resource temporarily unavailable");

    private static final Duration PROBE_LIMIT = Duration.ofMinutes(5);
    private static final int MAX_ERROR_BYTES = 1_000_000;
    /**
     * An output may be shorter than its input by this fraction, or by 1 s if that is more, because the last frames of
     * streams differ.
     */
    private static final float TOLERANCE = 0.05f;

    /**
     * A file as ffprobe describes it.
     *
     * @param seconds the length that its header names; 0 when it names none
     */
    record Film(boolean hasVideoStream, float seconds) {}

    /** The file is not a film, or ffmpeg cannot read it. The message is for the person who uploaded it. */
    static final class Unplayable extends Exception {
        Unplayable(String message) {
            super(message, null, false, false);
        }
    }

    String probeProgram() {
        var path = Path.of(program);
        var name = path.getFileName().toString().replace("ffmpeg", "ffprobe");
        return path.getParent() == null ? name : path.resolveSibling(name).toString();
    }

    /** Reads what the file's header says: whether there is a picture, and how long it plays. */
    Film probe(Path file) throws IOException, InterruptedException, Unplayable {
        var command = new ArrayList<>(List.of(probeProgram(), "-v", "error"));
        command.addAll(restrictions());
        // V selects moving pictures: the cover picture of a music file does not make it a film.
        command.addAll(List.of("-select_streams", "V", "-show_entries", ENTRIES));
        command.addAll(List.of("-print_format", "json", file.toString()));
        var json = new StringBuilder();
        run(command, file, PROBE_LIMIT, line -> json.append(line).append('\n'), () -> false, "This file can't be read");
        var found = new ObjectMapper().readTree(json.toString());
        var seconds = (float) found.at("/format/duration").asDouble(0); // ffprobe writes it as text
        return new Film(!found.path("streams").isEmpty(), seconds);
    }

    /** Measures how long the film really plays, in seconds. Its header may name no length, or more than has arrived. */
    float seconds(Path film) throws IOException, InterruptedException, Unplayable {
        var arguments = new ArrayList<>(List.of("-progress", "pipe:1", "-i", film.toString()));
        arguments.addAll(List.of("-map", "0:V:0", "-map", "0:a:0?", "-c", "copy", "-f", "null", "-"));
        var seconds = new float[1];
        run(command(arguments), film, PROBE_LIMIT, time(at -> seconds[0] = at), () -> false, "This film can't be read");
        if (seconds[0] <= 0) throw new Unplayable("This film has no length.");
        return seconds[0];
    }

    /**
     * Makes every rendition in one pass, so that the film is decoded only once.
     *
     * @param seconds how long the film really plays
     * @param limit the limit of processor time; the whole run may take twice as long
     * @param progress receives the percentage done, 0 to 100
     * @param stopping asked a few times a second; true stops the conversion
     * @throws IOException when this machine failed, the run took too long, or an output is too short, as on a full
     *     disk, which ffmpeg does not report
     * @throws InterruptedException when {@code stopping} returned true
     */
    void transcode(
            Path film, float seconds, Path folder, Duration limit, IntConsumer progress, BooleanSupplier stopping)
            throws IOException, InterruptedException, Unplayable {
        var arguments =
                new ArrayList<>(List.of("-progress", "pipe:1", "-timelimit", String.valueOf(limit.toSeconds())));
        arguments.addAll(List.of("-i", film.toString()));
        for (var height : Video.HEIGHTS) {
            arguments.addAll(List.of("-map", "0:V:0", "-map", "0:a:0?"));
            // The codec requires even numbers. A film is never enlarged.
            arguments.addAll(List.of("-vf", "scale=-2:'2*trunc(min(%d,ih)/2)'".formatted(height)));
            arguments.addAll(List.of("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-pix_fmt", "yuv420p"));
            arguments.addAll(List.of("-c:a", "aac", "-b:a", "128k", "-ac", "2", "-movflags", "+faststart"));
            arguments.add(folder.resolve(Video.rendition(height)).toString());
        }
        var told = time(at -> progress.accept((int) Math.clamp(at / seconds * 100, 0, 100)));
        run(command(arguments), film, limit.multipliedBy(2), told, stopping, "This film can't be converted");
        for (var height : Video.HEIGHTS) requireLength(folder.resolve(Video.rendition(height)), seconds);
    }

    private void requireLength(Path output, float seconds) throws IOException, InterruptedException {
        try {
            var made = probe(output).seconds();
            if (made >= seconds - Math.max(1, seconds * TOLERANCE)) return;
            throw new IOException("%s plays %.1f s instead of %.1f".formatted(output.getFileName(), made, seconds));
        } catch (Unplayable e) {
            throw new IOException("%s was not written whole: %s".formatted(output.getFileName(), e.getMessage()));
        }
    }

    /**
     * Makes a picture of the film from a quarter of its length, or else from its start. Returns whether there is one.
     */
    boolean makePoster(Path film, float seconds, Path poster) throws IOException, InterruptedException {
        for (var at : new float[] {seconds / 4, 0}) {
            var arguments = new ArrayList<>(List.of("-ss", String.valueOf(at), "-i", film.toString(), "-map", "0:V:0"));
            arguments.addAll(List.of("-frames:v", "1", "-vf", "scale=-2:'2*trunc(min(720,ih)/2)'", "-q:v", "4"));
            arguments.add(poster.toString());
            try {
                run(command(arguments), film, PROBE_LIMIT, _ -> {}, () -> false, "no picture");
            } catch (Unplayable e) {
                continue;
            }
            if (Files.exists(poster) && Files.size(poster) > 0) return true;
        }
        return false;
    }

    private List<String> command(List<String> arguments) {
        var command = new ArrayList<>(List.of(program, "-y", "-nostdin", "-loglevel", "error", "-nostats"));
        command.addAll(restrictions());
        command.addAll(arguments);
        return command;
    }

    private static List<String> restrictions() {
        return List.of("-protocol_whitelist", "file,pipe", "-format_whitelist", FORMATS);
    }

    private static Consumer<String> time(Consumer<Float> seconds) {
        return line -> {
            var time = OUT_TIME.matcher(line);
            if (time.matches()) seconds.accept(Long.parseLong(time.group(1)) / 1e6f);
        };
    }

    /**
     * Runs one of the programs to its end.
     *
     * @throws IOException when this machine failed (a full disk, no memory), or the run took longer than {@code limit}
     * @throws Unplayable when it failed otherwise; the message is {@code fault} and the reason, mostly the last line of
     *     the program's errors
     */
    private static void run(
            List<String> command,
            Path film,
            Duration limit,
            Consumer<String> output,
            BooleanSupplier stopping,
            String fault)
            throws IOException, InterruptedException, Unplayable {
        var errors = Files.createTempFile(film.toAbsolutePath().getParent(), "errors", ".log");
        var deadline = System.nanoTime() + limit.toNanos();
        try (var guarded = GuardedProcess.start(command, errors)) {
            var reader = Thread.ofVirtual().start(() -> read(guarded.process(), output));
            while (!guarded.process().waitFor(200, TimeUnit.MILLISECONDS)) {
                if (stopping.getAsBoolean()) throw new InterruptedException("stopped before its end");
                if (System.nanoTime() > deadline) throw new IOException("not done within " + limit);
            }
            reader.join();
            if (guarded.exceededCpuLimit()) throw new Unplayable(fault + " in the time that there is for it.");
            if (guarded.succeeded()) return;
            var errorOutput = errorOutput(errors);
            if (HOST_FAULT.matcher(errorOutput).find()) throw new IOException(lastLine(errorOutput));
            throw new Unplayable("%s: %s.".formatted(fault, lastLine(errorOutput)));
        } finally {
            Files.deleteIfExists(errors);
        }
    }

    private static void read(Process process, Consumer<String> output) {
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) output.accept(line);
        } catch (IOException e) {
            // the process was ended
        }
    }

    private static String errorOutput(Path errors) throws IOException {
        try (var text = Files.newInputStream(errors)) {
            return new String(text.readNBytes(MAX_ERROR_BYTES), StandardCharsets.ISO_8859_1);
        }
    }

    /** Returns the last line, without the path of our temporary folder and without memory addresses. */
    private static String lastLine(String errorOutput) {
        return errorOutput
                .lines()
                .filter(line -> !line.isBlank())
                .reduce((_, last) -> last)
                .map(line -> line.replaceAll("\\[[^\\]]*@[^\\]]*\\] ", "").replaceAll("/\\S+/", ""))
                .map(line -> line.replaceFirst("^%s: ".formatted(Video.SOURCE), ""))
                .orElse("it gave no reason");
    }

    /** Makes a short film with a moving picture and a tone, 1280 x 720, for trying out uploads. */
    public void makeSample(Path file, int seconds) throws IOException, InterruptedException {
        var picture = "testsrc2=size=1280x720:rate=25:duration=" + seconds;
        var tone = "sine=frequency=330:duration=" + seconds;
        var command = new ArrayList<>(List.of(program, "-nostdin", "-y", "-loglevel", "error"));
        command.addAll(List.of("-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", tone));
        command.addAll(List.of("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac"));
        command.add(file.toString());
        try {
            run(command, file, Duration.ofMinutes(1), _ -> {}, () -> false, "ffmpeg made no film");
        } catch (Unplayable e) {
            throw new IOException(e.getMessage());
        }
    }
}
