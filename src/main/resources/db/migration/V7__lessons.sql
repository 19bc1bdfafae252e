CREATE TABLE lessons (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    course_id  uuid NOT NULL REFERENCES courses ON DELETE CASCADE,
    position   int NOT NULL,
    title      text NOT NULL,
    text       text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (course_id, position)
);

CREATE TABLE videos (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    lesson_id  uuid NOT NULL UNIQUE REFERENCES lessons ON DELETE CASCADE,
    folder     text NOT NULL,  -- in the file storage: source, 720p.mp4, 360p.mp4, poster.jpg
    bytes      bigint NOT NULL,
    sha256     text NOT NULL,
    status     text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'transcoding', 'ready', 'failed')),
    reason     text,           -- why it failed
    seconds    real,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE enrolments (
    account_id   uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    course_id    uuid NOT NULL REFERENCES courses ON DELETE CASCADE,
    enrolled_at  timestamptz NOT NULL DEFAULT now(),
    active_at    timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    reminded_at  timestamptz,
    PRIMARY KEY (account_id, course_id)
);

CREATE INDEX enrolments_active ON enrolments (active_at) WHERE completed_at IS NULL;

CREATE TABLE completions (
    account_id   uuid NOT NULL,
    course_id    uuid NOT NULL,
    lesson_id    uuid NOT NULL REFERENCES lessons ON DELETE CASCADE,
    completed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, course_id, lesson_id),
    FOREIGN KEY (account_id, course_id) REFERENCES enrolments ON DELETE CASCADE
);

CREATE TABLE certificates (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    account_id uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    course_id  uuid NOT NULL REFERENCES courses ON DELETE CASCADE,
    name       text NOT NULL,  -- both as they were that day
    course     text NOT NULL,
    issued_at  timestamptz NOT NULL DEFAULT now(),
    ready_at   timestamptz,    -- the file is there
    UNIQUE (account_id, course_id)
);

-- For digests, which ask for the new ones of a day.
CREATE INDEX courses_created ON courses (created_at);
