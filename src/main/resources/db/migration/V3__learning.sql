CREATE TABLE enrolments (
    account_id   uuid NOT NULL REFERENCES accounts ON DELETE CASCADE,
    course_id    uuid NOT NULL REFERENCES courses ON DELETE CASCADE,
    enrolled_at  timestamptz NOT NULL DEFAULT now(),
    active_at    timestamptz NOT NULL DEFAULT now(),
    completed_at timestamptz,
    PRIMARY KEY (account_id, course_id)
);

CREATE TABLE completions (
    account_id   uuid NOT NULL,
    course_id    uuid NOT NULL,
    lesson_id    uuid NOT NULL REFERENCES lessons ON DELETE CASCADE,
    completed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (account_id, course_id, lesson_id),
    FOREIGN KEY (account_id, course_id) REFERENCES enrolments ON DELETE CASCADE
);
