-- Installations that exist go on as they are: procs made for v2 may need root. New ones start at "restricted".
ALTER TABLE "installation"
  ADD COLUMN "pod_security" TEXT NOT NULL DEFAULT 'restricted'
  CONSTRAINT "installation_pod_security" CHECK ("pod_security" IN ('baseline', 'restricted'));
UPDATE "installation" SET "pod_security" = 'baseline';
