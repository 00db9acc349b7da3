-- Whose Jobs these are. One row.
CREATE TABLE "installation" (
  "singleton" BOOLEAN NOT NULL DEFAULT true,
  "id" TEXT NOT NULL,
  "database_identity" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "installation_pkey" PRIMARY KEY ("singleton"),
  CONSTRAINT "installation_one_row" CHECK ("singleton")
);

CREATE TABLE "proc" (
  "name" TEXT NOT NULL,
  "revision" INTEGER NOT NULL DEFAULT 1,
  "description" TEXT NOT NULL,
  "image_name" TEXT NOT NULL,
  "args" JSONB NOT NULL,
  "secrets" JSONB NOT NULL,
  "authorized_groups" TEXT[],
  "author" TEXT NOT NULL,
  "contributors" TEXT NOT NULL,
  "organization" TEXT NOT NULL,
  "allow_undeclared_args" BOOLEAN NOT NULL DEFAULT false,
  "timeout_seconds" INTEGER,
  "retries" INTEGER,
  "concurrency_limit" INTEGER,
  "when_full" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "proc_pkey" PRIMARY KEY ("name"),
  CONSTRAINT "proc_concurrency" CHECK (("concurrency_limit" IS NULL) = ("when_full" IS NULL) AND "concurrency_limit" > 0)
);

CREATE TABLE "proc_secret" (
  "proc_name" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "ciphertext" BYTEA NOT NULL,
  "key_id" TEXT NOT NULL,
  "set_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "set_by" TEXT NOT NULL,
  CONSTRAINT "proc_secret_pkey" PRIMARY KEY ("proc_name", "name")
);

-- Execution ids: milliseconds since 2025-01-01 in the upper 41 bits, 12 bits of a sequence below: unique,
-- roughly time-ordered, and at most 2^53-1 until 2094, so that JavaScript clients read them exactly. If the clock
-- steps back and the sequence meets itself, the primary key refuses the row rather than sharing an id.
CREATE SEQUENCE "execution_id_seq" AS BIGINT;

CREATE FUNCTION "first_execution_id_at"(at TIMESTAMPTZ) RETURNS BIGINT LANGUAGE sql IMMUTABLE AS $$
  SELECT (floor(extract(epoch FROM at) * 1000)::bigint - 1735689600000) << 12
$$;

CREATE FUNCTION "new_execution_id"() RETURNS BIGINT LANGUAGE sql VOLATILE AS $$
  SELECT "first_execution_id_at"(clock_timestamp()) | (nextval('execution_id_seq') & 4095)
$$;

CREATE TABLE "execution" (
  "id" BIGINT NOT NULL DEFAULT new_execution_id(),
  "proc_name" TEXT NOT NULL,
  "proc_revision" INTEGER NOT NULL,
  "job_name" TEXT NOT NULL,
  "image" TEXT NOT NULL,
  "args" JSONB NOT NULL,
  "snapshot" JSONB NOT NULL,
  "user_email" TEXT NOT NULL,
  "remote_address" TEXT,
  "callback_url" TEXT,
  "status" TEXT NOT NULL DEFAULT 'RECEIVED',
  "exit_code" INTEGER,
  "reason" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "started_at" TIMESTAMPTZ(3),
  "ended_at" TIMESTAMPTZ(3),
  "lease_epoch" INTEGER NOT NULL DEFAULT 0,
  "worker_id" TEXT,
  "claims_without_progress" INTEGER NOT NULL DEFAULT 0,
  "job_uid" TEXT,
  "cancel_requested_at" TIMESTAMPTZ(3),
  "enqueued_at" TIMESTAMPTZ(3),
  "admitted_at" TIMESTAMPTZ(3),
  "waiting_for" TEXT,
  CONSTRAINT "execution_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "execution_status" CHECK ("status" IN (
    'RECEIVED', 'REQUIREMENT_NOT_MET', 'CREATED', 'CREATION_FAILED', 'JOB_READY', 'JOB_CREATION_FAILED', 'POD_READY',
    'POD_CREATION_FAILED', 'FINISHED', 'POD_FAILED', 'FETCH_POD_LOG_FAILED', 'TIMED_OUT', 'CANCELLED')),
  CONSTRAINT "execution_ended_is_final" CHECK (
    ("ended_at" IS NULL) = ("status" IN ('RECEIVED', 'CREATED', 'JOB_READY', 'POD_READY'))),
  CONSTRAINT "execution_waiting_for" CHECK ("waiting_for" IN ('slot', 'share'))
) WITH (fillfactor = 70);

CREATE UNIQUE INDEX "execution_job_name_key" ON "execution" ("job_name");
-- "Live" means not final. These stay as small as what is going on, whatever the history.
CREATE INDEX "execution_live" ON "execution" ("id") WHERE "ended_at" IS NULL;
CREATE INDEX "execution_live_by_proc" ON "execution" ("proc_name", "waiting_for", "user_email", "id") WHERE "ended_at" IS NULL;
CREATE INDEX "execution_live_by_user" ON "execution" ("user_email", "waiting_for", "id") WHERE "ended_at" IS NULL;
CREATE INDEX "execution_live_by_worker" ON "execution" ("worker_id") WHERE "ended_at" IS NULL;
CREATE INDEX "execution_not_enqueued" ON "execution" ("created_at") WHERE "ended_at" IS NULL AND "waiting_for" IS NULL AND "enqueued_at" IS NULL;
-- Whose turn it is when a slot becomes free: the user who was admitted longest ago.
CREATE INDEX "execution_admitted" ON "execution" ("proc_name", "user_email", "admitted_at");

CREATE TABLE "execution_attempt" (
  "execution_id" BIGINT NOT NULL,
  "pod_uid" TEXT NOT NULL,
  "n" INTEGER NOT NULL,
  "pod_name" TEXT NOT NULL,
  "started_at" TIMESTAMPTZ(3),
  "ended_at" TIMESTAMPTZ(3),
  "exit_code" INTEGER,
  "reason" TEXT,
  "log_since_second" BIGINT NOT NULL DEFAULT 0,
  "log_lines" INTEGER NOT NULL DEFAULT 0,
  "log_hash" BIGINT NOT NULL DEFAULT 0,
  "log_partial_bytes" INTEGER NOT NULL DEFAULT 0,
  "log_complete" BOOLEAN NOT NULL DEFAULT false,
  CONSTRAINT "execution_attempt_pkey" PRIMARY KEY ("execution_id", "pod_uid")
) WITH (fillfactor = 70);

CREATE TABLE "execution_log" (
  "execution_id" BIGINT NOT NULL,
  "seq" INTEGER NOT NULL,
  "kind" SMALLINT NOT NULL,
  "stamped_at" TIMESTAMPTZ(6),
  "text" TEXT NOT NULL,
  "ends_line" BOOLEAN NOT NULL,
  CONSTRAINT "execution_log_pkey" PRIMARY KEY ("execution_id", "seq")
) PARTITION BY RANGE ("execution_id");

-- A row for which nobody made a partition in time still has a place.
CREATE TABLE "execution_log_default" PARTITION OF "execution_log" DEFAULT;

-- Makes the weekly log partitions for the given number of weeks from now. May be called at any time, by several
-- processes at once. Returns how many it made. A week whose rows already lie in the default partition stays there.
CREATE FUNCTION "ensure_log_partitions"(weeks INTEGER) RETURNS INTEGER LANGUAGE plpgsql AS $$
DECLARE
  week_ms CONSTANT BIGINT := 604800000;
  this_week BIGINT := floor((extract(epoch FROM clock_timestamp()) * 1000 - 1735689600000) / week_ms)::bigint;
  made INTEGER := 0;
  name TEXT;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('proctor.ensure_log_partitions'));
  FOR week IN this_week .. this_week + weeks LOOP
    name := format('execution_log_w%s', lpad(week::text, 5, '0'));
    IF to_regclass(name) IS NULL THEN
      BEGIN
        EXECUTE format('CREATE TABLE %I PARTITION OF execution_log FOR VALUES FROM (%s) TO (%s)',
          name, (week * week_ms) << 12, ((week + 1) * week_ms) << 12);
        made := made + 1;
      EXCEPTION WHEN check_violation THEN
        RAISE WARNING 'week % of the log stays in the default partition', week;
      END;
    END IF;
  END LOOP;
  RETURN made;
END $$;

SELECT "ensure_log_partitions"(8);

CREATE TABLE "idempotency_key" (
  "identity" TEXT NOT NULL,
  "route" TEXT NOT NULL,
  "key" TEXT NOT NULL,
  "body_hash" TEXT NOT NULL,
  "execution_id" BIGINT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "idempotency_key_pkey" PRIMARY KEY ("identity", "route", "key")
);
CREATE INDEX "idempotency_key_age" ON "idempotency_key" ("created_at");

CREATE TABLE "worker" (
  "id" TEXT NOT NULL,
  "started_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "worker_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "notification" (
  "id" BIGSERIAL NOT NULL,
  "execution_id" BIGINT NOT NULL,
  "event" TEXT NOT NULL,
  "state" TEXT NOT NULL DEFAULT 'pending',
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "failed_reason" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "sent_at" TIMESTAMPTZ(3),
  CONSTRAINT "notification_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "notification_execution_id_event_key" ON "notification" ("execution_id", "event");
CREATE INDEX "notification_pending" ON "notification" ("next_attempt_at") WHERE "state" = 'pending';

CREATE TABLE "account" (
  "email" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "active" BOOLEAN NOT NULL DEFAULT true,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "account_pkey" PRIMARY KEY ("email")
);

CREATE TABLE "account_group" (
  "name" TEXT NOT NULL,
  "description" TEXT NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "account_group_pkey" PRIMARY KEY ("name")
);

CREATE TABLE "account_membership" (
  "email" TEXT NOT NULL,
  "group_name" TEXT NOT NULL,
  "added_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "account_membership_pkey" PRIMARY KEY ("email", "group_name"),
  CONSTRAINT "account_membership_email_fkey" FOREIGN KEY ("email") REFERENCES "account" ("email") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "account_membership_group_name_fkey" FOREIGN KEY ("group_name") REFERENCES "account_group" ("name") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "membership_by_group" ON "account_membership" ("group_name");

CREATE TABLE "access_token" (
  "id" UUID NOT NULL,
  "email" TEXT NOT NULL,
  "token_hash" BYTEA NOT NULL,
  "label" TEXT NOT NULL DEFAULT '',
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "expires_at" TIMESTAMPTZ(3),
  "last_used_at" TIMESTAMPTZ(3),
  "revoked_at" TIMESTAMPTZ(3),
  CONSTRAINT "access_token_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "access_token_email_fkey" FOREIGN KEY ("email") REFERENCES "account" ("email") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "access_token_token_hash_key" ON "access_token" ("token_hash");
CREATE INDEX "access_token_by_account" ON "access_token" ("email");

CREATE TABLE "audit_event" (
  "id" BIGSERIAL NOT NULL,
  "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "actor" TEXT NOT NULL,
  "action" TEXT NOT NULL,
  "subject" TEXT NOT NULL,
  "allowed" BOOLEAN NOT NULL,
  "address" TEXT,
  "details" JSONB NOT NULL DEFAULT '{}',
  CONSTRAINT "audit_event_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "audit_event_by_time" ON "audit_event" ("at");

CREATE FUNCTION "refuse_change_of_audit"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_event is append-only';
END $$;
CREATE TRIGGER "audit_event_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_event"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change_of_audit"();
