-- Claiming an execution touched two of its indexes, so Postgres wrote its row into all 15 of them: the worker and the time of
-- being enqueued were indexed. Of what changes in the life of an execution only its end is now. What needed these indexes
-- reads the executions that are admitted and live, which are few whatever the history.
CREATE INDEX "execution_live_admitted" ON "execution" ("id") WHERE "ended_at" IS NULL AND "waiting_for" IS NULL;
DROP INDEX "execution_not_enqueued";
DROP INDEX "execution_live_by_worker";
