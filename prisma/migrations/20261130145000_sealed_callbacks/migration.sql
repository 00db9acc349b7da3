-- A `callback_url` may carry a credential: it is sealed like a secret arg (libs/database SealedCallback). Rows from before have
-- `callback_url` in plain text until `proctor admin rotate-key` seals it.
ALTER TABLE "execution" ADD COLUMN "callback" JSONB;
