ALTER TABLE accounts
    ADD about              text NOT NULL DEFAULT '',
    ADD time_zone          text,                             -- null: never told, so UTC
    ADD letters            boolean NOT NULL DEFAULT true,    -- wants digests and reminders
    ADD completeness       smallint,                         -- 0 to 100; null until task backfill-completeness
    ADD session_generation int NOT NULL DEFAULT 0;           -- a session of an older one is no session

CREATE INDEX accounts_without_completeness ON accounts (id) WHERE completeness IS NULL;
