CREATE TABLE accounts (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    email      text NOT NULL,
    name       text NOT NULL,
    password   text NOT NULL,
    role       text NOT NULL DEFAULT 'learner' CHECK (role IN ('learner', 'admin')),
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX accounts_email ON accounts (lower(email));
