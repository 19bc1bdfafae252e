CREATE TABLE accounts (
    id                 uuid PRIMARY KEY DEFAULT uuidv7(),
    email              text NOT NULL,
    name               text NOT NULL,
    password           text NOT NULL,
    role               text NOT NULL DEFAULT 'learner' CHECK (role IN ('learner', 'admin')),
    about              text NOT NULL DEFAULT '',
    time_zone          text,                             -- null: the person never said, so UTC is used
    letters            boolean NOT NULL DEFAULT true,    -- wants mails that are not about the account
    completeness       smallint,                         -- 0 to 100; null until task backfill-completeness
    session_generation int NOT NULL DEFAULT 0,           -- a session of an older generation is void
    mail_refused       text,                             -- the mail server's words when it refused the address for good
    created_at         timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX accounts_email ON accounts (lower(email));
CREATE INDEX accounts_without_completeness ON accounts (id) WHERE completeness IS NULL;
