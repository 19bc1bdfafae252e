-- Digests ask for the new courses of a day.
CREATE INDEX courses_created ON courses (created_at);

ALTER TABLE enrolments ADD COLUMN reminded_at timestamptz;
-- Reminders ask for the enrolments that nobody has touched for a while.
CREATE INDEX enrolments_active ON enrolments (active_at) WHERE completed_at IS NULL;
