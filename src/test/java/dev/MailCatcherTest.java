package dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.mail.Message;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class MailCatcherTest {
    @Test
    void thePageShowsTheHtmlOfAMailInAFrameWithoutRights() throws Exception {
        try (var catcher = MailCatcher.start();
                var client = HttpClient.newHttpClient()) {
            send(catcher.url(), "</pre><b>", "<script>alert(\"1\")</script>");
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create(catcher.page())).build(), HttpResponse.BodyHandlers.ofString());
            var frame = "<iframe sandbox srcdoc=\"&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;";
            assertTrue(answer.body().contains(frame), answer.body());
            assertTrue(answer.body().contains("<h2>&lt;/pre&gt;&lt;b&gt;</h2>"), answer.body());
            assertFalse(answer.body().contains("<script"), answer.body());
            assertEquals(
                    "default-src 'none'; style-src 'unsafe-inline'",
                    answer.headers().firstValue("Content-Security-Policy").orElseThrow());
        }
    }

    private static void send(String server, String subject, String html) throws Exception {
        var properties = new Properties();
        properties.put("mail.smtp.host", URI.create(server).getHost());
        properties.put("mail.smtp.port", URI.create(server).getPort());
        var mail = new MimeMessage(Session.getInstance(properties));
        mail.setFrom(new InternetAddress("from@example.com"));
        mail.setRecipient(Message.RecipientType.TO, new InternetAddress("to@example.com"));
        mail.setSubject(subject);
        mail.setContent(html, "text/html; charset=utf-8");
        Transport.send(mail);
    }
}
