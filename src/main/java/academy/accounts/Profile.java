package academy.accounts;

import dozen.http.Fields;
import java.time.ZoneId;

/** What people say of themselves. Never their role. */
public record Profile(String name, String about, String timeZone, Boolean letters) {
    void check() {
        var fields = new Fields();
        fields.personName("name", name);
        fields.text("about", about, 0, 2_000);
        if (timeZone != null && !ZoneId.getAvailableZoneIds().contains(timeZone)) {
            fields.error("timeZone", "is no time zone; one looks like Europe/Vienna");
        }
        if (letters == null) fields.error("letters", "must be true or false");
        fields.check();
    }

    /** From 0 to 100: a name is worth 40, a few words about oneself and a time zone 30 each. */
    public int completeness() {
        return (name.isBlank() ? 0 : 40) + (about.isBlank() ? 0 : 30) + (timeZone == null ? 0 : 30);
    }
}
