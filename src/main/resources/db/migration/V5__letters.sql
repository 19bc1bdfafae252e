-- Mails that were handed over, by a key of what they are about, so that nobody gets the same one twice.
CREATE TABLE letters (
    key     text PRIMARY KEY,
    begun   timestamptz NOT NULL DEFAULT now(),
    sent    timestamptz  -- null: handed over, and nobody knows whether it was taken
);

CREATE INDEX letters_begun ON letters (begun);
