package promises;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.MailCatcher;
import jakarta.mail.MessagingException;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The mails that a mail server for development has kept, read by its API: GreenMail's, which scripts/server has too, or
 * Mailpit's, which is in docker-compose.yml.
 */
record Inbox(HttpClient client, String server) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Waits for a mail up to 30 s; returns its first attachment, which is empty when it has none. */
    byte[] awaitAttachment(String to, String subject) throws Exception {
        for (var i = 0; i < 600; i++) {
            for (var mail : mails(to)) {
                if (!mail.getSubject().contains(subject)) continue;
                var part = MailCatcher.attachment(mail);
                return part == null ? new byte[0] : part.getInputStream().readAllBytes();
            }
            Thread.sleep(50);
        }
        throw new AssertionError("no mail: " + subject);
    }

    private List<MimeMessage> mails(String to) throws IOException, InterruptedException, MessagingException {
        var mails = new ArrayList<MimeMessage>();
        var kept = json("/api/user/" + to + "/messages");
        for (var each : kept) mails.add(parsed(each.get("mimeMessage").asText()));
        if (!kept.isMissingNode()) return mails;
        var query = URLEncoder.encode("to:" + to, StandardCharsets.UTF_8);
        for (var each : json("/api/v1/search?query=" + query).path("messages")) {
            mails.add(parsed(get("/api/v1/message/" + each.get("ID").asText() + "/raw")));
        }
        return mails;
    }

    private static MimeMessage parsed(String text) throws MessagingException {
        return new MimeMessage(null, new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    /** Returns a missing node when the server has no such path. */
    private JsonNode json(String path) throws IOException, InterruptedException {
        var text = get(path);
        return text.isEmpty() ? JSON.missingNode() : JSON.readTree(text);
    }

    private String get(String path) throws IOException, InterruptedException {
        var answer =
                client.send(HttpRequest.newBuilder(URI.create(server + path)).build(), BodyHandlers.ofString());
        return answer.statusCode() == 200 ? answer.body() : "";
    }
}
