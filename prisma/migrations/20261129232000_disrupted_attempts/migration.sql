-- Kubernetes evicted, preempted or drained the attempt's pod. The worker bounds how many such attempts an execution has.
ALTER TABLE "execution_attempt" ADD COLUMN "is_disrupted" BOOLEAN NOT NULL DEFAULT false;
