-- Procs say how their pods run: libs/domain PodSettings, {} for none.
ALTER TABLE "proc" ADD COLUMN "pod" JSONB NOT NULL DEFAULT '{}';

-- Args of type "secret": {"NAME": {"ciphertext": base64, "keyId": text}}; null: none was given.
ALTER TABLE "execution"
  ADD COLUMN "secret_args" JSONB,
  ADD COLUMN "schedule_id" BIGINT,
  ADD COLUMN "rerun_of" BIGINT,
  -- An index on "status" itself, partial or not, would make every move of a live row touch all indexes (no HOT update).
  ADD COLUMN "ended_status" TEXT GENERATED ALWAYS AS (CASE WHEN "ended_at" IS NOT NULL THEN "status" END) STORED;

-- The other way round of first_execution_id_at(): what "created_at" says, so that a time is exactly a range of ids.
CREATE FUNCTION "execution_id_made_at"(id BIGINT) RETURNS TIMESTAMPTZ LANGUAGE sql IMMUTABLE AS $$
  SELECT to_timestamp(((id >> 12) + 1735689600000) / 1000.0::float8)
$$;

-- The history, newest first, for each filter that the API offers. By status only what has ended is indexed (a row
-- gets there once); what is live is found by "execution_live".
CREATE INDEX "execution_by_proc" ON "execution" ("proc_name", "id");
CREATE INDEX "execution_by_user" ON "execution" ("user_email", "id");
CREATE INDEX "execution_by_proc_and_user" ON "execution" ("proc_name", "user_email", "id");
CREATE INDEX "execution_by_schedule" ON "execution" ("schedule_id", "id") WHERE "schedule_id" IS NOT NULL;
CREATE INDEX "execution_ended_by_status" ON "execution" ("ended_status", "id") WHERE "ended_status" IS NOT NULL;
CREATE INDEX "execution_ended_by_proc" ON "execution" ("proc_name", "ended_status", "id") WHERE "ended_status" IS NOT NULL;
CREATE INDEX "execution_ended_by_user" ON "execution" ("user_email", "ended_status", "id") WHERE "ended_status" IS NOT NULL;
CREATE INDEX "execution_ended_by_schedule" ON "execution" ("schedule_id", "ended_status", "id")
  WHERE "schedule_id" IS NOT NULL AND "ended_status" IS NOT NULL;

-- Executed again and again with the same args. A proc that has schedules can't be removed.
CREATE TABLE "schedule" (
  "id" BIGINT NOT NULL DEFAULT new_execution_id(),
  "proc_name" TEXT NOT NULL,
  "args" JSONB NOT NULL,
  "secret_args" JSONB,
  -- Of all args, keyed with PROCTOR_SECRET_KEY: one proc is scheduled once with the same args.
  "args_hash" TEXT NOT NULL,
  "tags" TEXT NOT NULL,
  "cron" TEXT NOT NULL,
  "notification_emails" TEXT[] NOT NULL,
  "user_email" TEXT NOT NULL,
  "group_name" TEXT NOT NULL,
  "enabled" BOOLEAN NOT NULL DEFAULT true,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "schedule_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "schedule_proc_name_fkey" FOREIGN KEY ("proc_name") REFERENCES "proc" ("name") ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "schedule_proc_name_args_hash_key" ON "schedule" ("proc_name", "args_hash");

-- Service accounts belong to programs: they have tokens and groups like anyone, and nobody signs in as one.
ALTER TABLE "account" ADD COLUMN "is_service" BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE "access_token" ADD COLUMN "created_by" TEXT NOT NULL DEFAULT '';

-- No unique index: accounts of before may differ in case only.
CREATE INDEX "account_by_lower_email" ON "account" (lower("email"));

-- The audit trail, newest first, for each filter that the API offers.
DROP INDEX "audit_event_by_time";
CREATE INDEX "audit_event_by_time" ON "audit_event" ("at", "id");
CREATE INDEX "audit_event_by_actor" ON "audit_event" ("actor", "at", "id");
CREATE INDEX "audit_event_by_action" ON "audit_event" ("action", "at", "id");
CREATE INDEX "audit_event_by_subject" ON "audit_event" ("subject", "at", "id");
CREATE INDEX "audit_event_refused" ON "audit_event" ("at", "id") WHERE NOT "allowed";
