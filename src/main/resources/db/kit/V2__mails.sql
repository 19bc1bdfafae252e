-- Mails that were handed over, by a key that says what each is about, so that nobody gets the same one twice.
CREATE TABLE mails (
    key     text PRIMARY KEY,
    begun   timestamptz NOT NULL DEFAULT now(),
    sent    timestamptz  -- null: it was handed over, and it is not known whether the server took it
);

CREATE INDEX mails_begun ON mails (begun);
