-- Every insert into "execution", and three updates of each row, write all its indexes.

-- A job's name is the installation's prefix and the id, which is unique; nobody looks for it.
DROP INDEX "execution_job_name_key";

-- An execution that no worker has need not be found by its worker.
DROP INDEX "execution_live_by_worker";
CREATE INDEX "execution_live_by_worker" ON "execution" ("worker_id") WHERE "ended_at" IS NULL AND "worker_id" IS NOT NULL;
