-- Texts of the files that procs mount, once for all procs, revisions and executions that have them.
CREATE TABLE "file_text" (
  "digest" TEXT PRIMARY KEY,
  "content" TEXT NOT NULL,
  "unused_since" TIMESTAMPTZ(3)
);
