-- What a token may be used for, and the token that it was created with. Tokens that exist keep reaching as far as their account.
ALTER TABLE "access_token"
  ADD COLUMN "scope" TEXT NOT NULL DEFAULT 'admin',
  ADD COLUMN "procs" TEXT[] NOT NULL DEFAULT '{}',
  ADD COLUMN "parent_id" UUID,
  ADD CONSTRAINT "access_token_procs_check" CHECK ("procs" = '{}' OR "scope" <> 'admin'),
  ADD CONSTRAINT "access_token_parent_fkey"
    FOREIGN KEY ("parent_id") REFERENCES "access_token" ("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE INDEX "access_token_by_parent" ON "access_token" ("parent_id") WHERE "parent_id" IS NOT NULL;
