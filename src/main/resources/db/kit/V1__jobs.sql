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
