-- With secret args the owner is part of the key: a conflict would tell another user that a guess of the secret is right.
-- Without them a proc has one schedule with the same args, whoever owns it, as in v2. Hashes that are stored stay valid.
CREATE UNIQUE INDEX "schedule_args_once" ON "schedule"
  ("proc_name", "args_hash", (CASE WHEN "secret_args" IS NULL THEN '' ELSE "user_email" END));
DROP INDEX "schedule_proc_name_args_hash_key";
