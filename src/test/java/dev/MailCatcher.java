package dev;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.GreenMailUtil;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/** A real SMTP server that keeps every mail, and a page to read them. */
public final class MailCatcher implements AutoCloseable {
    private static final String PAGE = """
            <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>Mail</title><style>body { font: 1rem/1.5 system-ui; max-width: 50rem; margin: 2rem auto; padding: 0 1rem;
            color-scheme: light dark } pre { white-space: pre-wrap; border-left: 3px solid; padding-left: 1rem }
            iframe { width: 100%%; height: 20rem; border: 1px solid }</style>
            <h1>Mail</h1>%s</html>""";

    private static final Pattern LINK = Pattern.compile("https?://\\S+");

    /** A mail that has arrived. */
    public record Mail(String to, String subject, String text, String html, MimeMessage message) {
        static Mail of(MimeMessage message) {
            try {
                return new Mail(
                        ((InternetAddress) message.getAllRecipients()[0]).getAddress(),
                        Objects.toString(message.getSubject(), ""),
                        body(message, "text/plain"),
                        body(message, "text/html"),
                        message);
            } catch (MessagingException | IOException e) {
                throw new IllegalStateException(e);
            }
        }

        /** The first part of this type; empty when there is none. */
        private static String body(Part part, String type) throws MessagingException, IOException {
            if (part.isMimeType(type)) return String.valueOf(part.getContent());
            var body = "";
            if (part.getContent() instanceof Multipart parts) {
                for (var i = 0; i < parts.getCount() && body.isEmpty(); i++) body = body(parts.getBodyPart(i), type);
            }
            return body;
        }

        @Override
        public String toString() {
            return to + ": " + subject;
        }

        /** A header without the white space at which it was folded. */
        public String header(String name) {
            try {
                return message.getHeader(name, null).replaceAll("\\s+", "");
            } catch (MessagingException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private final GreenMail smtp;
    private final HttpServer page;

    private MailCatcher(GreenMail smtp, HttpServer page) {
        this.smtp = smtp;
        this.page = page;
    }

    /** Starts a mail server alone. */
    public static GreenMail startSmtp() {
        var setup = ServerSetup.SMTP.dynamicPort();
        setup.setServerStartupTimeout(10_000); // a busy machine may take longer than GreenMail's own limit
        var smtp = new GreenMail(setup);
        smtp.start();
        return smtp;
    }

    public static MailCatcher start() {
        var smtp = startSmtp();
        try {
            var page = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            var catcher = new MailCatcher(smtp, page);
            page.createContext("/", catcher::answer);
            page.start();
            return catcher;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String url() {
        return "smtp://127.0.0.1:" + smtp.getSmtp().getPort();
    }

    public String page() {
        return "http://localhost:" + page.getAddress().getPort();
    }

    /** The mails that have arrived, the newest last. */
    public List<Mail> mails() {
        return Arrays.stream(smtp.getReceivedMessages()).map(Mail::of).toList();
    }

    public List<Mail> to(String address) {
        return mails().stream().filter(mail -> mail.to().equals(address)).toList();
    }

    /** The mails with a subject that begins so. */
    public List<Mail> about(String subject) {
        return mails().stream()
                .filter(mail -> mail.subject().startsWith(subject))
                .toList();
    }

    /** Waits up to 10 s for a mail with a subject that begins so; returns the newest. */
    public Mail await(String subject) {
        try {
            for (var i = 0; i < 500 && about(subject).isEmpty(); i++) Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        var found = about(subject);
        if (!found.isEmpty()) return found.getLast();
        throw new AssertionError("no mail \"%s\" among %s".formatted(subject, mails()));
    }

    /** Answers with the page, at /NUMBER with the first attachment of that mail, or as GreenMail's own API does. */
    private void answer(HttpExchange exchange) throws IOException {
        var path = exchange.getRequestURI().getPath();
        if (path.matches("/\\d{1,6}")) attachment(exchange, Integer.parseInt(path.substring(1)));
        else if (path.matches("/api/user/[^/]+/messages")) messages(exchange, path.split("/")[3]);
        else page(exchange);
    }

    private void messages(HttpExchange exchange, String to) throws IOException {
        var found = mails().stream()
                .filter(mail -> mail.to().contains(to))
                .map(mail -> Map.of("mimeMessage", GreenMailUtil.getWholeMessage(mail.message())))
                .toList();
        send(exchange, "application/json", new ObjectMapper().writeValueAsBytes(found));
    }

    private static void send(HttpExchange exchange, String type, byte[] bytes) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        exchange.getResponseHeaders().set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
        exchange.sendResponseHeaders(200, bytes.length);
        try (var body = exchange.getResponseBody()) {
            body.write(bytes);
        }
    }

    private void attachment(HttpExchange exchange, int number) throws IOException {
        var all = mails();
        var part = number < all.size() ? attachment(all.get(number).message()) : null;
        if (part == null) {
            exchange.sendResponseHeaders(404, -1);
            exchange.close();
            return;
        }
        try (var body = exchange.getResponseBody()) {
            exchange.getResponseHeaders().set("Content-Type", part.getContentType());
            exchange.sendResponseHeaders(200, 0);
            part.getInputStream().transferTo(body);
        } catch (MessagingException e) {
            throw new IOException(e);
        }
    }

    /** The first attachment of a mail; null when there is none. */
    public static Part attachment(MimeMessage mail) throws IOException {
        try {
            if (!(mail.getContent() instanceof Multipart parts)) return null;
            for (var i = 0; i < parts.getCount(); i++) {
                if (parts.getBodyPart(i).getFileName() != null) return parts.getBodyPart(i);
            }
            return null;
        } catch (MessagingException e) {
            throw new IOException(e);
        }
    }

    private void page(HttpExchange exchange) throws IOException {
        var items = new StringBuilder();
        var all = mails();
        for (var i = all.size() - 1; i >= 0; i--) items.append(item(i, all.get(i)));
        var bytes = PAGE.formatted(items.isEmpty() ? "<p>None yet.</p>" : items).getBytes(StandardCharsets.UTF_8);
        send(exchange, "text/html; charset=utf-8", bytes);
    }

    private static String item(int number, Mail mail) {
        try {
            var text = LINK.matcher(escaped(mail.text())).replaceAll("<a href=\"$0\">$0</a>");
            var part = attachment(mail.message());
            var file =
                    part == null ? "" : "<p><a href=\"/%d\">%s</a></p>".formatted(number, escaped(part.getFileName()));
            return "<h2>%s</h2><p>to %s</p><pre>%s</pre>%s%s"
                    .formatted(escaped(mail.subject()), escaped(mail.to()), text, frame(mail.html()), file);
        } catch (MessagingException | IOException e) {
            return "<p>unreadable: " + escaped(String.valueOf(e.getMessage())) + "</p>";
        }
    }

    /** Shows the HTML of a mail as a mail program does: no script of it runs, and nothing is loaded from elsewhere. */
    private static String frame(String html) {
        return html.isEmpty() ? "" : "<iframe sandbox srcdoc=\"%s\"></iframe>".formatted(escaped(html));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    @Override
    public void close() {
        page.stop(0);
        smtp.stop();
    }
}
