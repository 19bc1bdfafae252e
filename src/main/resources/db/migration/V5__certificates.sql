CREATE TABLE certificates (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    course_id  uuid NOT NULL REFERENCES courses ON DELETE CASCADE,
    name       text NOT NULL,  -- of the account and of the course, as they were that day
    course     text NOT NULL,
    issued_at  timestamptz NOT NULL DEFAULT now(),
    ready_at   timestamptz,    -- since when the file is there
    UNIQUE (account_id, course_id)
);
