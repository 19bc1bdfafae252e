-- Answers to writes that came with an Idempotency-Key.
CREATE TABLE idempotency_keys (
    name       text PRIMARY KEY,  -- hash of who, what and the key
    request    text NOT NULL,     -- signature of the body
    status     int NOT NULL,
    location   text,
    type       text,
    body       text,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
