-- The index leaves out enrolments whose learners were reminded and are not active again: each search would pass over them.
DROP INDEX enrolments_active;
CREATE INDEX enrolments_active ON enrolments (active_at)
    WHERE completed_at IS NULL AND (reminded_at IS NULL OR reminded_at < active_at);
