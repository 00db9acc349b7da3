-- The seals of the audit trail: a keyed hash chain with one link per row of audit_event, in the order in which the sealer
-- took them. No foreign key: a seal whose row is gone is evidence.
CREATE TABLE "audit_seal" (
  "n" BIGINT NOT NULL,
  "audit_id" BIGINT NOT NULL,
  "row_mac" BYTEA NOT NULL,
  "hash" BYTEA NOT NULL,
  "settled_id" BIGINT NOT NULL,
  "sealed_at" TIMESTAMPTZ(3) NOT NULL,
  CONSTRAINT "audit_seal_pkey" PRIMARY KEY ("n"),
  CONSTRAINT "audit_seal_lengths" CHECK (octet_length("row_mac") = 32 AND octet_length("hash") = 32)
);
CREATE UNIQUE INDEX "audit_seal_audit_id_key" ON "audit_seal" ("audit_id");

-- Names the table that it protects.
CREATE OR REPLACE FUNCTION "refuse_change_of_audit"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER "audit_seal_append_only" BEFORE UPDATE OR DELETE OR TRUNCATE ON "audit_seal"
  FOR EACH STATEMENT EXECUTE FUNCTION "refuse_change_of_audit"();

-- The key of the chain, sealed with PROCTOR_SECRET_KEY. Sealing it again under another key leaves the chain valid.
CREATE TABLE "audit_key" (
  "singleton" BOOLEAN NOT NULL DEFAULT true,
  "ciphertext" BYTEA NOT NULL,
  "key_id" TEXT NOT NULL,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  CONSTRAINT "audit_key_pkey" PRIMARY KEY ("singleton"),
  CONSTRAINT "audit_key_singleton" CHECK ("singleton")
);
