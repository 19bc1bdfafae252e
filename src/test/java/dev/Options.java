package dev;

import dozen.domain.Exit;

/** The command-line options of scripts/server. */
record Options(Integer port, boolean fresh, boolean servicesOnly) {
    static Options parse(String... arguments) {
        Integer port = null;
        var fresh = false;
        var servicesOnly = false;
        for (var i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case "--fresh" -> fresh = true;
                case "--services" -> servicesOnly = true;
                case "--port" -> port = port(++i < arguments.length ? arguments[i] : "");
                default -> throw Exit.usage("unknown: " + arguments[i] + "; see scripts/server --help");
            }
        }
        return new Options(port, fresh, servicesOnly);
    }

    static int port(String text) {
        try {
            var port = Integer.parseInt(text);
            if (port >= 1 && port <= 65535) return port;
        } catch (NumberFormatException e) {
            // refused below
        }
        throw Exit.usage("the port must be from 1 to 65535");
    }
}
