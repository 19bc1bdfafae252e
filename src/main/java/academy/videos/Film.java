package academy.videos;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A file as ffprobe describes it.
 *
 * @param hasVideoStream whether it has a moving picture; a cover does not count
 * @param seconds the length that its header names; 0 when it names none
 */
record Film(boolean hasVideoStream, float seconds) {
    /** @param json ffprobe's output with -show_entries */
    static Film of(JsonNode json) {
        var hasVideoStream = false;
        for (var stream : json.path("streams")) {
            // The cover picture of a music file does not make it a film.
            var isCover = stream.at("/disposition/attached_pic").asInt() == 1;
            hasVideoStream |= stream.path("codec_type").asText().equals("video") && !isCover;
        }
        return new Film(hasVideoStream, (float) json.at("/format/duration").asDouble(0)); // ffprobe writes it as text
    }
}
