-- How many emails each owner's executions and schedules asked for in an hour, counted when events are fanned out.
CREATE TABLE "mail_quota" (
  "owner" TEXT NOT NULL,
  "hour" TIMESTAMPTZ(3) NOT NULL,
  "mails" INTEGER NOT NULL,
  CONSTRAINT "mail_quota_pkey" PRIMARY KEY ("owner", "hour")
);
CREATE INDEX "mail_quota_age" ON "mail_quota" ("hour");
