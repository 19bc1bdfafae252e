CREATE TABLE accounts (
    id                 uuid PRIMARY KEY DEFAULT uuidv7(),
    email              text NOT NULL,
    name               text NOT NULL,
    password           text NOT NULL,
    role               text NOT NULL DEFAULT 'member' CHECK (role IN ('member', 'admin')),
    session_generation int NOT NULL DEFAULT 0,           -- a session of an older one is no session
    created_at         timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX accounts_email ON accounts (lower(email));
