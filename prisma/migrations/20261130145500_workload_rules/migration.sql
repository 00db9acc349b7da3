-- Which programs sign in with tokens of their own issuer, as which service account. Rules go with their account.
CREATE TABLE "workload_rule" (
  "name" TEXT NOT NULL,
  "issuer" TEXT NOT NULL,
  "audience" TEXT NOT NULL,
  "subject" TEXT NOT NULL,
  "claims" JSONB NOT NULL DEFAULT '{}',
  "email" TEXT NOT NULL,
  "scope" TEXT NOT NULL,
  "procs" TEXT[] NOT NULL DEFAULT '{}',
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "created_by" TEXT NOT NULL,
  "parent_id" UUID,
  CONSTRAINT "workload_rule_pkey" PRIMARY KEY ("name"),
  CONSTRAINT "workload_rule_procs_check" CHECK ("procs" = '{}' OR "scope" <> 'admin'),
  CONSTRAINT "workload_rule_email_fkey"
    FOREIGN KEY ("email") REFERENCES "account" ("email") ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT "workload_rule_parent_id_fkey"
    FOREIGN KEY ("parent_id") REFERENCES "access_token" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "workload_rule_by_issuer" ON "workload_rule" ("issuer");
CREATE INDEX "workload_rule_by_account" ON "workload_rule" ("email");
CREATE INDEX "workload_rule_by_parent" ON "workload_rule" ("parent_id");
