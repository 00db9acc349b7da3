-- When a schedule fires, and what happens when it can't.
ALTER TABLE "schedule"
  ADD COLUMN "time_zone" TEXT NOT NULL DEFAULT 'UTC',
  -- Instead of a cron expression (then ''): once, at this time.
  ADD COLUMN "at" TIMESTAMPTZ(3),
  ADD COLUMN "overlap" TEXT NOT NULL DEFAULT 'allow',
  ADD COLUMN "misfire" TEXT NOT NULL DEFAULT 'once',
  ADD COLUMN "misfire_grace_seconds" INTEGER NOT NULL DEFAULT 60,
  -- libs/domain BlackoutWindow[]
  ADD COLUMN "blackouts" JSONB NOT NULL DEFAULT '[]',
  -- Of start, success, failure, slow: what its notification addresses are told.
  ADD COLUMN "notify_on" TEXT[] NOT NULL DEFAULT '{success,failure}',
  -- Why the system, and not a person, has paused it.
  ADD COLUMN "paused_reason" TEXT,
  -- Null: it does not fire any more, or not until it is resumed.
  ADD COLUMN "next_fire_at" TIMESTAMPTZ(3),
  ADD CONSTRAINT "schedule_cron_or_at" CHECK (("at" IS NULL) <> ("cron" = '')),
  ADD CONSTRAINT "schedule_overlap" CHECK ("overlap" IN ('allow', 'skip', 'queue')),
  ADD CONSTRAINT "schedule_misfire" CHECK ("misfire" IN ('skip', 'once', 'all'));
-- No more indexes than this: each tick moves next_fire_at, and so touches all of them.
CREATE INDEX "schedule_due" ON "schedule" ("next_fire_at") WHERE "enabled" AND "next_fire_at" IS NOT NULL;

-- What became of each tick: exactly one row for a schedule and an instant, whoever looked.
CREATE TABLE "schedule_tick" (
  "schedule_id" BIGINT NOT NULL,
  "fire_at" TIMESTAMPTZ(3) NOT NULL,
  "outcome" TEXT NOT NULL,
  "execution_id" BIGINT,
  -- For `missed` with several in a row: how many this row stands for.
  "count" INTEGER NOT NULL DEFAULT 1,
  "reason" TEXT,
  "decided_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "schedule_tick_pkey" PRIMARY KEY ("schedule_id", "fire_at"),
  CONSTRAINT "schedule_tick_outcome" CHECK ("outcome" IN ('fired', 'overlapped', 'missed', 'blacked_out', 'refused')),
  CONSTRAINT "schedule_tick_schedule_id_fkey" FOREIGN KEY ("schedule_id") REFERENCES "schedule" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "schedule_tick_age" ON "schedule_tick" ("decided_at");

-- Runs of one schedule that wait for the one before to end (overlap `queue`).
ALTER TABLE "execution" DROP CONSTRAINT "execution_waiting_for";
ALTER TABLE "execution" ADD CONSTRAINT "execution_waiting_for" CHECK ("waiting_for" IN ('slot', 'share', 'overlap'));
CREATE INDEX "execution_live_by_schedule" ON "execution" ("schedule_id", "id") WHERE "ended_at" IS NULL AND "schedule_id" IS NOT NULL;

-- Who somebody was at their last sign-in by a plugin: what is known of an owner whose schedule fires while they are away.
CREATE TABLE "sign_in" (
  "email" TEXT NOT NULL,
  "name" TEXT NOT NULL,
  "active" BOOLEAN NOT NULL,
  "groups" TEXT[] NOT NULL,
  "plugin" TEXT NOT NULL,
  "seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "sign_in_pkey" PRIMARY KEY ("email")
);

-- What somebody wants to be told of the executions that they ask for themselves.
CREATE TABLE "notification_preference" (
  "email" TEXT NOT NULL,
  "notify_on" TEXT[] NOT NULL,
  "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "notification_preference_pkey" PRIMARY KEY ("email")
);

-- `notification` stays the outbox of events (ended, started, slow, schedule_paused). Spreading one makes a delivery
-- for each channel and recipient.
ALTER TABLE "notification" DROP COLUMN "attempts", DROP COLUMN "next_attempt_at", DROP COLUMN "failed_reason", DROP COLUMN "sent_at", DROP COLUMN "state";
ALTER TABLE "notification"
  ALTER COLUMN "execution_id" DROP NOT NULL,
  ADD COLUMN "schedule_id" BIGINT,
  ADD COLUMN "details" JSONB NOT NULL DEFAULT '{}',
  ADD COLUMN "spread_at" TIMESTAMPTZ(3);
CREATE INDEX "notification_to_spread" ON "notification" ("id") WHERE "spread_at" IS NULL;

CREATE TABLE "delivery" (
  "id" BIGSERIAL NOT NULL,
  "notification_id" BIGINT NOT NULL,
  -- mail, slack, webhook, callback, plugin:<name>
  "channel" TEXT NOT NULL,
  -- An address or URL; '' where the channel has one target only.
  "recipient" TEXT NOT NULL,
  "state" TEXT NOT NULL DEFAULT 'pending',
  "attempts" INTEGER NOT NULL DEFAULT 0,
  "next_attempt_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  -- Whoever sends it has it until then.
  "claimed_until" TIMESTAMPTZ(3),
  "claim" INTEGER NOT NULL DEFAULT 0,
  "failed_reason" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "sent_at" TIMESTAMPTZ(3),
  CONSTRAINT "delivery_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "delivery_state" CHECK ("state" IN ('pending', 'sent', 'failed')),
  CONSTRAINT "delivery_notification_id_fkey" FOREIGN KEY ("notification_id") REFERENCES "notification" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "delivery_notification_id_channel_recipient_key" ON "delivery" ("notification_id", "channel", "recipient");
CREATE INDEX "delivery_pending" ON "delivery" ("channel", "next_attempt_at") WHERE "state" = 'pending';
CREATE INDEX "delivery_by_state" ON "delivery" ("state", "id");
CREATE INDEX "delivery_by_channel" ON "delivery" ("channel", "id");
