-- People who are signed in to the console. A session ends with the token that it was opened with.
CREATE TABLE "browser_session" (
  "id" UUID NOT NULL,
  "secret_hash" BYTEA NOT NULL,
  "email" TEXT NOT NULL,
  "token_id" UUID,
  "ciphertext" BYTEA,
  "key_id" TEXT,
  "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "last_seen_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
  "expires_at" TIMESTAMPTZ(3) NOT NULL,
  "address" TEXT,
  "user_agent" TEXT NOT NULL DEFAULT '',
  CONSTRAINT "browser_session_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "browser_session_credentials_check"
    CHECK (("token_id" IS NULL) = ("ciphertext" IS NOT NULL) AND ("ciphertext" IS NULL) = ("key_id" IS NULL)),
  CONSTRAINT "browser_session_token_id_fkey"
    FOREIGN KEY ("token_id") REFERENCES "access_token" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "browser_session_secret_hash_key" ON "browser_session" ("secret_hash");
CREATE INDEX "browser_session_by_account" ON "browser_session" ("email", "created_at", "id");
CREATE INDEX "browser_session_by_token" ON "browser_session" ("token_id");
CREATE INDEX "browser_session_age" ON "browser_session" ("expires_at");
