-- Uploads that have begun. A row goes when its upload becomes a video, or with its file when nobody completed it in a day.
CREATE TABLE uploads (
    id         uuid PRIMARY KEY DEFAULT uuidv7(), -- the video gets the same
    lesson_id  uuid NOT NULL,                     -- the row outlives its lesson, so that its file is found
    bytes      bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
-- Only web computes the hash, and not every file passes through it.
ALTER TABLE videos ALTER COLUMN sha256 DROP NOT NULL;
