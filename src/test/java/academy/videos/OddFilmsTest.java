package academy.videos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import academy.videos.Ffmpeg.Unplayable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Films as browsers, phones and broken uploads deliver them, and failures of the machine that transcodes them. */
class OddFilmsTest {
    @TempDir
    private Path folder;

    private final Ffmpeg ffmpeg = new Ffmpeg(LocalFfmpeg.program());

    private Path make(String name, String... arguments) throws Exception {
        var file = folder.resolve(name);
        var command = new ArrayList<>(List.of(LocalFfmpeg.program(), "-nostdin", "-y", "-loglevel", "error"));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command)
                .redirectOutput(file.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertEquals(0, process.waitFor());
        return file;
    }

    private static final String[] SIX_SECONDS = {
        "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=25:duration=6", "-f", "lavfi", "-i", "sine=duration=6"
    };

    private static String[] arguments(String... more) {
        var all = new ArrayList<>(List.of(SIX_SECONDS));
        all.addAll(List.of(more));
        return all.toArray(String[]::new);
    }

    private Path work() throws IOException {
        return Files.createTempDirectory(folder, "work");
    }

    private void transcode(Ffmpeg with, Path film, float seconds, Path to) throws Exception {
        with.transcode(film, seconds, to, Duration.ofMinutes(5), _ -> {}, () -> false);
    }

    @Test
    void aRecordingThatDoesNotKnowItsLengthPlaysWhole() throws Exception {
        // Browsers record like this: to a stream, so they can't go back and write the length.
        var webm = make("webm", arguments("-c:v", "libvpx", "-c:a", "libopus", "-f", "webm", "-live", "1", "pipe:1"));
        var film = ffmpeg.probe(webm);
        assertTrue(film.hasVideoStream());
        assertEquals(0, film.seconds());
        assertEquals(6, ffmpeg.seconds(webm), 0.2);
        var to = work();
        transcode(ffmpeg, webm, 6, to);
        assertEquals(6, ffmpeg.probe(to.resolve("360p.mp4")).seconds(), 0.3);
    }

    @Test
    void aFilmThatWasCutOffPlaysAsFarAsItGoes() throws Exception {
        var whole = folder.resolve("whole.mkv");
        make("none", arguments("-c:v", "libx264", "-g", "25", "-c:a", "aac", whole.toString()));
        var bytes = Files.readAllBytes(whole);
        var cut = Files.write(folder.resolve("cut.mkv"), Arrays.copyOf(bytes, bytes.length / 2));
        var seconds = ffmpeg.seconds(cut);
        assertTrue(seconds > 1 && seconds < 5, seconds + " s");
        transcode(ffmpeg, cut, seconds, work());
        var front = folder.resolve("front.mp4");
        make("none", arguments("-c:v", "libx264", "-c:a", "aac", "-movflags", "+faststart", front.toString()));
        bytes = Files.readAllBytes(front);
        var cutMp4 = Files.write(folder.resolve("cut.mp4"), Arrays.copyOf(bytes, bytes.length / 3));
        assertEquals(6, ffmpeg.probe(cutMp4).seconds(), 0.2);
        seconds = ffmpeg.seconds(cutMp4);
        assertTrue(seconds < 4, seconds + " s");
        var to = work();
        transcode(ffmpeg, cutMp4, seconds, to);
        assertTrue(ffmpeg.makePoster(cutMp4, seconds, to.resolve("poster.jpg")));
    }

    @Test
    void anMp4WhoseIndexNeverArrivedSaysSo() throws Exception {
        var film = folder.resolve("end.mp4");
        make("none", arguments("-c:v", "libx264", "-c:a", "aac", film.toString()));
        var bytes = Files.readAllBytes(film);
        var cut = Files.write(folder.resolve("source"), Arrays.copyOf(bytes, bytes.length / 2));
        var told = assertThrows(Unplayable.class, () -> ffmpeg.probe(cut));
        assertTrue(told.getMessage().startsWith("This file can't be read: "), told.getMessage());
        assertFalse(told.getMessage().contains("/"), told.getMessage());
    }

    @Test
    void onePictureWithSoundIsAFilmOfThatPicture() throws Exception {
        var film = folder.resolve("still.mp4");
        var picture = folder.resolve("picture.mp4").toString();
        make("none", "-f", "lavfi", "-i", "color=size=320x240", "-frames:v", "1", "-c:v", "libx264", picture);
        make(
                "none",
                "-i",
                picture,
                "-f",
                "lavfi",
                "-i",
                "sine=duration=20",
                "-c:v",
                "copy",
                "-c:a",
                "aac",
                film.toString());
        var seconds = ffmpeg.seconds(film);
        assertEquals(20, seconds, 0.5);
        var to = work();
        transcode(ffmpeg, film, seconds, to);
        assertEquals(20, ffmpeg.probe(to.resolve("720p.mp4")).seconds(), 0.5);
        assertTrue(ffmpeg.makePoster(film, seconds, to.resolve("poster.jpg")));
    }

    @Test
    void soundAloneAndACoverAreNoFilm() throws Exception {
        var sound = make("sound", "-f", "lavfi", "-i", "sine=duration=1", "-f", "ogg", "-c:a", "libopus", "pipe:1");
        assertFalse(ffmpeg.probe(sound).hasVideoStream());
    }

    @Test
    void aPlaylistIsNoFilmAndNothingThatItNamesIsRead() throws Exception {
        var secret = folder.resolve("other.mp4");
        ffmpeg.makeSample(secret, 1);
        for (var entry : List.of("file://" + secret, secret.toString(), "http://127.0.0.1:1/x.mp4", "other.mp4")) {
            var lists = List.of(
                    "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n%s\n#EXT-X-ENDLIST\n".formatted(entry),
                    "ffconcat version 1.0\nfile '%s'\n".formatted(entry),
                    "<?xml version=\"1.0\"?><MPD><Period><BaseURL>%s</BaseURL></Period></MPD>".formatted(entry));
            for (var list : lists) {
                var file = Files.writeString(folder.resolve("source"), list);
                assertThrows(Unplayable.class, () -> ffmpeg.probe(file), list);
                assertThrows(Unplayable.class, () -> ffmpeg.seconds(file), list);
            }
        }
    }

    /**
     * Puts a shell script in front of the real ffmpeg, to make it fail.
     *
     * @param script %s in it becomes the path of the real ffmpeg
     */
    private Ffmpeg spoiled(String script) throws IOException {
        var programs = Files.createTempDirectory(folder, "programs");
        var real = Path.of(LocalFfmpeg.program());
        Files.createSymbolicLink(programs.resolve("ffprobe"), real.resolveSibling("ffprobe"));
        var program =
                Files.writeString(programs.resolve("ffmpeg"), "#!/bin/sh\n%s\n".formatted(script.formatted(real)));
        assertTrue(program.toFile().setExecutable(true));
        return new Ffmpeg(program.toString());
    }

    @Test
    void aDiskThatIsFullIsNotTheFilmsFault() throws Exception {
        var film = folder.resolve("film.mp4");
        ffmpeg.makeSample(film, 6);
        // No file can grow past 100 KB. As on a full disk, a further write fails with an error.
        var full = spoiled("trap '' XFSZ; ulimit -f 200; exec %s \"$@\"");
        var failure = assertThrows(IOException.class, () -> transcode(full, film, 6, work()));
        assertTrue(
                failure.getMessage().matches("(?s).*(not written whole|instead of|File too large).*"),
                failure.getMessage());
    }

    @Test
    void aKilledFfmpegIsNotTheFilmsFault() throws Exception {
        var film = folder.resolve("film.mp4");
        ffmpeg.makeSample(film, 1);
        var killed = spoiled("kill -9 $$ # %s");
        var failure = assertThrows(IOException.class, () -> transcode(killed, film, 1, work()));
        assertEquals("signal 9 ended it", failure.getMessage());
        assertThrows(IOException.class, () -> killed.seconds(film));
    }

    @Test
    void aProgramThatIsNotThereIsNotTheFilmsFault() throws Exception {
        var film = folder.resolve("film.mp4");
        ffmpeg.makeSample(film, 1);
        assertThrows(IOException.class, () -> new Ffmpeg("/nowhere/ffmpeg").probe(film));
        assertThrows(IOException.class, () -> new Ffmpeg("no-such-ffmpeg").seconds(film));
    }

    @Test
    void theProgramEndsWhenNobodyHoldsItsInputOpenAnyMore() throws Exception {
        var errors = folder.resolve("errors");
        var guarded = GuardedProcess.start(List.of("sleep", "600"), errors);
        for (var i = 0; i < 100 && guarded.process().descendants().count() < 2; i++) Thread.sleep(20);
        var all = guarded.process().descendants().toList();
        assertTrue(all.size() >= 2, all.toString());
        guarded.close(); // the system does the same when our process is killed
        for (var each : all) {
            for (var i = 0; i < 250 && each.isAlive(); i++) Thread.sleep(20);
            assertFalse(each.isAlive());
        }
    }

    @Test
    void foldersOfTheDeadAreSweptAndThoseOfTheLivingStay() throws Exception {
        try (var own = WorkFolder.create()) {
            Files.writeString(own.path().resolve("source"), "film");
            var left = Files.createTempDirectory("academy-video-");
            Files.writeString(left.resolve("lock"), "");
            Files.writeString(left.resolve("source"), "film");
            WorkFolder.sweep();
            assertFalse(Files.exists(left));
            assertTrue(Files.exists(own.path().resolve("source")));
        }
    }
}
