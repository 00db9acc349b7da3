-- Where the execution's Job is. Settings may change while it runs.
ALTER TABLE "execution" ADD COLUMN "job_namespace" TEXT;
