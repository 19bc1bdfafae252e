package dev;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * A proxy in front of a real SMTP server. At one step of a conversation it answers in place of the server: with a
 * refusal, after which it hangs up when the code is 421, or not at all. A refused command never reaches the server. But
 * when the proxy stays silent at the end of a message, the server has taken the mail, and only the client does not
 * know.
 */
public final class FaultySmtp implements AutoCloseable {
    public enum Step {
        GREETING,
        EHLO,
        MAIL,
        RCPT,
        DATA,
        END
    }

    /**
     * @param code the SMTP reply code, or 0 for silence. With 354 for DATA, the message is never read; with 250 for EHLO,
     *     the words replace the authentication mechanisms that the server offers
     */
    public record Fault(Step step, int code, String words) {
        public static final int SILENCE = 0;
        public static final int STALLED = 354;
        public static final int OFFER = 250;

        public Fault(Step step, int code) {
            this(step, code, "not now");
        }
    }

    private final ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final int target;
    private final Supplier<Fault> faults;
    private final List<String> commands = new CopyOnWriteArrayList<>();

    /**
     * @param target the port of the real server
     * @param faults gives the fault for each connection; null for none
     */
    public FaultySmtp(int target, Supplier<Fault> faults) throws IOException {
        this.target = target;
        this.faults = faults;
        Thread.ofVirtual().start(this::accept);
    }

    public String url() {
        return "smtp://127.0.0.1:" + server.getLocalPort();
    }

    /** The commands received so far, such as "RCPT TO:<zoe@example.com>". */
    public List<String> commands() {
        return List.copyOf(commands);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var client = server.accept();
                Thread.ofVirtual().start(() -> serve(client, faults.get()));
            } catch (IOException e) {
                // closed
            }
        }
    }

    private void serve(Socket client, Fault fault) {
        try (client;
                var upstream = new Socket(InetAddress.getLoopbackAddress(), target)) {
            new Conversation(client, upstream, fault).run();
        } catch (IOException e) {
            // one of them hung up
        }
    }

    private final class Conversation {
        private final Fault fault;
        private final BufferedReader fromClient;
        private final BufferedReader fromServer;
        private final OutputStream toClient;
        private final OutputStream toServer;

        Conversation(Socket client, Socket upstream, Fault fault) throws IOException {
            this.fault = fault;
            fromClient = reader(client);
            fromServer = reader(upstream);
            toClient = client.getOutputStream();
            toServer = upstream.getOutputStream();
        }

        private static BufferedReader reader(Socket socket) throws IOException {
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        }

        void run() throws IOException {
            if (!answer(Step.GREETING, "")) return;
            var inMessage = false;
            for (var line = fromClient.readLine(); line != null; line = fromClient.readLine()) {
                if (inMessage) {
                    if (!line.equals(".")) write(toServer, line);
                    else if (!answer(Step.END, line)) return;
                    inMessage = inMessage && !line.equals(".");
                    continue;
                }
                commands.add(line);
                var step = step(line);
                if (step == null) pass(line);
                else if (!answer(step, line)) return;
                inMessage = step == Step.DATA && !isAt(Step.DATA);
            }
        }

        private static Step step(String line) {
            var word = line.split("[ :]", 2)[0].toUpperCase();
            return switch (word) {
                case "EHLO", "HELO" -> Step.EHLO;
                case "MAIL" -> Step.MAIL;
                case "RCPT" -> Step.RCPT;
                case "DATA" -> Step.DATA;
                default -> null;
            };
        }

        private boolean isAt(Step step) {
            return fault != null && fault.step() == step;
        }

        /** Answers one step. Returns false when the conversation is over. */
        private boolean answer(Step step, String line) throws IOException {
            if (!isAt(step) || fault.code() == Fault.OFFER) {
                pass(line);
                return true;
            }
            if (fault.code() == Fault.SILENCE) {
                if (step == Step.END) pass(line, false);
                while (fromClient.readLine() != null) {} // until the client gives up
                return false;
            }
            write(toClient, fault.code() + " " + fault.words());
            while (fault.code() == Fault.STALLED && !server.isClosed()) LockSupport.parkNanos(10_000_000);
            return fault.code() != 421;
        }

        private void pass(String line) throws IOException {
            pass(line, true);
        }

        private void pass(String line, boolean told) throws IOException {
            if (!line.isEmpty()) write(toServer, line);
            String reply;
            do {
                reply = fromServer.readLine();
                if (reply == null) throw new IOException("the server hung up");
                if (isAt(Step.EHLO) && fault.code() == Fault.OFFER)
                    reply = reply.replaceFirst("AUTH .*", "AUTH " + fault.words());
                if (told) write(toClient, reply);
            } while (reply.length() > 3 && reply.charAt(3) == '-');
        }

        private static void write(OutputStream out, String line) throws IOException {
            out.write((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
