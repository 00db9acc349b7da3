-- Why an execution waits is in "reason". These say how long it may, across restarts of its worker. No index holds them, so
-- that updates stay HOT.
ALTER TABLE "execution"
  ADD COLUMN "waits_until" TIMESTAMPTZ(3),
  ADD COLUMN "refused_at" TIMESTAMPTZ(3),
  ADD COLUMN "refused_ms" INTEGER NOT NULL DEFAULT 0;
