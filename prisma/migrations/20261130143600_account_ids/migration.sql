-- An account owns the executions and schedules that bear its email and came after it: an address that is removed and made
-- again inherits nothing. Ids come from the clock of those of executions and schedules.
ALTER TABLE "account" ADD COLUMN "id" BIGINT;
UPDATE "account" SET "id" = first_execution_id_at("created_at");
ALTER TABLE "account" ALTER COLUMN "id" SET DEFAULT new_execution_id(), ALTER COLUMN "id" SET NOT NULL;
