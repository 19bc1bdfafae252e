package academy.videos;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * What ffprobe tells of a file.
 *
 * @param seconds how long it says that it plays; 0 when it does not say
 */
record Film(boolean hasPicture, float seconds) {
    /** @param json of ffprobe, with -show_entries */
    static Film of(JsonNode json) {
        var hasPicture = false;
        for (var stream : json.path("streams")) {
            // A picture with sound, as music files have, is no film.
            var isCover = stream.at("/disposition/attached_pic").asInt() == 1;
            hasPicture |= stream.path("codec_type").asText().equals("video") && !isCover;
        }
        return new Film(hasPicture, (float) json.at("/format/duration").asDouble(0)); // ffprobe writes it as text
    }
}
