CREATE TABLE videos (
    id         uuid PRIMARY KEY DEFAULT uuidv7(),
    lesson_id  uuid NOT NULL UNIQUE REFERENCES lessons ON DELETE CASCADE,
    folder     text NOT NULL,                  -- in the file storage: source, 720p.mp4, 360p.mp4, poster.jpg
    bytes      bigint NOT NULL,
    sha256     text NOT NULL,
    status     text NOT NULL DEFAULT 'queued' CHECK (status IN ('queued', 'transcoding', 'ready', 'failed')),
    reason     text,                           -- why it failed, or is not whole
    seconds    real,
    poster     boolean NOT NULL DEFAULT false, -- there is a picture to show before it plays
    created_at timestamptz NOT NULL DEFAULT now()
);
