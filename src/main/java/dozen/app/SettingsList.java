package dozen.app;

import dozen.config.Env.Setting;
import java.io.PrintStream;
import java.util.List;

/** Prints every setting: its name, its value (of a secret, only whether it is set), its default and its meaning. */
final class SettingsList {
    private static final String ROW = "%-26s %-34s %-28s %s%n";

    private SettingsList() {}

    static void print(List<Setting> settings, PrintStream out) {
        out.printf(ROW, "NAME", "VALUE", "DEFAULT", "MEANING");
        for (var setting : settings) {
            out.printf(ROW, setting.name(), value(setting), defaultValue(setting), setting.meaning());
        }
    }

    private static String value(Setting setting) {
        if (setting.secret()) return setting.set() ? "set, hidden" : "unset";
        if (setting.value() == null) return "unset";
        return setting.set() ? setting.value() : setting.value() + " (default)";
    }

    private static String defaultValue(Setting setting) {
        if (setting.required()) return "required";
        return setting.defaultValue() == null ? "unset" : setting.defaultValue();
    }
}
