-- What each revision of a proc was, also after the proc has been removed. Rows never change.
CREATE TABLE "proc_revision" (
  "proc_name" TEXT NOT NULL,
  "revision" INTEGER NOT NULL,
  "definition" JSONB NOT NULL,
  "changed_by" TEXT,
  "changed_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "proc_revision_pkey" PRIMARY KEY ("proc_name", "revision")
);
-- Nobody knows who changed those, or what they were before.
INSERT INTO "proc_revision" ("proc_name", "revision", "definition", "changed_at")
  SELECT "name", "revision", to_jsonb("proc"), "updated_at" FROM "proc";
