package academy.videos;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A file as ffprobe describes it.
 *
 * @param hasPicture whether it has a moving picture; a cover does not count
 * @param seconds the length that its header names; 0 when it names none
 */
record Film(boolean hasPicture, float seconds) {
    /** @param json ffprobe's output with -show_entries */
    static Film of(JsonNode json) {
        var hasPicture = false;
        for (var stream : json.path("streams")) {
            // The cover picture of a music file does not make it a film.
            var isCover = stream.at("/disposition/attached_pic").asInt() == 1;
            hasPicture |= stream.path("codec_type").asText().equals("video") && !isCover;
        }
        return new Film(hasPicture, (float) json.at("/format/duration").asDouble(0)); // ffprobe writes it as text
    }
}
