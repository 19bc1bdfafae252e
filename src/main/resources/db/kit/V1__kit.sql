-- PostgreSQL has uuidv7() from version 18 on. Before, this one makes the same ids (RFC 9562): 48 bits of milliseconds, the
-- version, 12 bits of a millisecond's fraction, so that ids sort by time, then the random end of a uuid of version 4.
DO $$
BEGIN
    IF to_regproc('uuidv7') IS NULL THEN
        CREATE FUNCTION uuidv7() RETURNS uuid LANGUAGE sql VOLATILE AS '
            SELECT encode(
                int8send((us / 1000 << 16) | (7 << 12) | (us % 1000 * 4096 / 1000))
                    || substring(uuid_send(gen_random_uuid()) FROM 9),
                ''hex'')::uuid
            FROM (SELECT floor(extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS us) AS now';
    END IF;
END
$$;

-- The layout that db-scheduler asks for, with the payload as JSON that psql shows.
CREATE TABLE jobs (
    task_name            text NOT NULL,  -- the job's type
    task_instance        text NOT NULL,  -- its id, or the unique key that it was enqueued with
    task_data            jsonb,
    execution_time       timestamptz NOT NULL,
    picked               boolean NOT NULL DEFAULT false,
    picked_by            text,
    last_success         timestamptz,
    last_failure         timestamptz,
    consecutive_failures int NOT NULL DEFAULT 0,
    last_heartbeat       timestamptz,
    version              bigint NOT NULL DEFAULT 1,
    priority             smallint,
    enqueued_at          timestamptz NOT NULL DEFAULT now(),
    last_error           text,
    PRIMARY KEY (task_name, task_instance)
);

CREATE INDEX jobs_due ON jobs (execution_time) WHERE NOT picked;
CREATE INDEX jobs_heartbeat ON jobs (last_heartbeat) WHERE picked;

-- Jobs that failed at their last attempt, to be read, retried or discarded by a person.
CREATE TABLE dead_jobs (
    id          uuid PRIMARY KEY DEFAULT uuidv7(),
    type        text NOT NULL,
    job         text NOT NULL,  -- the id that it had among the jobs
    payload     jsonb,
    error       text NOT NULL,
    attempts    int NOT NULL,
    enqueued_at timestamptz NOT NULL,
    died_at     timestamptz NOT NULL DEFAULT now()
);

-- One row per tick of the clock: when it is due next, by which cron expression.
CREATE TABLE ticks (
    name text PRIMARY KEY,
    cron text NOT NULL,
    due  timestamptz NOT NULL
);

-- Mails that were handed over, by a key that says what each is about, so that nobody gets the same one twice.
CREATE TABLE mails (
    key     text PRIMARY KEY,
    begun   timestamptz NOT NULL DEFAULT now(),
    sent    timestamptz  -- null: it was handed over, and it is not known whether the server took it
);

CREATE INDEX mails_begun ON mails (begun);

-- Answers to writes that came with an Idempotency-Key.
CREATE TABLE idempotency_keys (
    name       text PRIMARY KEY,  -- hash of who, what and the key
    request    text NOT NULL,     -- signature of the body
    status     int NOT NULL,
    location   text,
    type       text,
    body       text,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);
