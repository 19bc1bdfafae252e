-- Enrolments whose learners were reminded stay until these are active again, so the index leaves them out.
DROP INDEX enrolments_active;
CREATE INDEX enrolments_active ON enrolments (active_at)
    WHERE completed_at IS NULL AND (reminded_at IS NULL OR reminded_at < active_at);
