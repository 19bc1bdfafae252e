CREATE TABLE courses (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    slug       text NOT NULL UNIQUE,
    title      text NOT NULL,
    summary    text NOT NULL DEFAULT '',
    subject    text NOT NULL DEFAULT '',
    level      text NOT NULL DEFAULT '',
    url        text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    words      tsvector GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || subject || ' ' || summary)) STORED
);

CREATE INDEX courses_words ON courses USING gin (words);

CREATE TABLE lessons (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    course_id  uuid NOT NULL REFERENCES courses ON DELETE CASCADE,
    position   int NOT NULL,
    title      text NOT NULL,
    text       text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (course_id, position)
);
