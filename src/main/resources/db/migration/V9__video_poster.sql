-- A film may have no picture to show before it plays.
ALTER TABLE videos ADD poster boolean NOT NULL DEFAULT true;
