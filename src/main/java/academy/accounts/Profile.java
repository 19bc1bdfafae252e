package academy.accounts;

import dozen.domain.Validation;
import java.time.ZoneId;

/** The details that people may change in their own account. The role is never among them. */
public record Profile(String name, String about, String timeZone, Boolean letters) {
    /** @param before the profile before the change; a name that an older release accepted may stay */
    void check(Profile before) {
        var validation = new Validation();
        if (!before.name().equals(name)) validation.personName("name", name);
        validation.text("about", about, 0, 2_000);
        if (timeZone != null && !ZoneId.getAvailableZoneIds().contains(timeZone)) {
            validation.error("timeZone", "is not a time zone such as Europe/Vienna");
        }
        if (letters == null) validation.error("letters", "must be true or false");
        validation.check();
    }

    public Profile withLetters(boolean wanted) {
        return new Profile(name, about, timeZone, wanted);
    }

    /** Returns a value from 0 to 100: a name counts 40, a few words about oneself and a time zone 30 each. */
    public int completeness() {
        return (name.isBlank() ? 0 : 40) + (about.isBlank() ? 0 : 30) + (timeZone == null ? 0 : 30);
    }
}
