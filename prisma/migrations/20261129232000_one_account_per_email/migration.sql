-- One email is one account, in upper and lower case. Refuses, and changes nothing, while two accounts differ only in case.
DO $$
DECLARE
  same text;
BEGIN
  SELECT string_agg(emails, '; ' ORDER BY emails) INTO same FROM (
    SELECT string_agg(email, ' and ' ORDER BY created_at) AS emails
    FROM account GROUP BY lower(email) HAVING count(*) > 1 ORDER BY 1 LIMIT 20
  ) pairs;
  IF same IS NOT NULL THEN
    RAISE EXCEPTION 'these accounts differ only in case and would become one: %', same
      USING HINT = 'Keep one of each. Give it the groups of the other, then remove the other: `proctor user remove EMAIL` '
        'with the previous version, or DELETE FROM account WHERE email = ''EMAIL''. Executions and schedules stay, and belong '
        'to the account you keep; tokens of the removed one stop working. Then migrate again.';
  END IF;
END $$;

DROP INDEX "account_by_lower_email";
CREATE UNIQUE INDEX "account_once" ON "account" (lower("email"));

-- How an email was first given, kept when its account or its sign-in is removed: libs/database email-spelling.ts.
CREATE TABLE "email_spelling" (
  "folded" TEXT NOT NULL,
  "email" TEXT NOT NULL,
  CONSTRAINT "email_spelling_pkey" PRIMARY KEY ("folded")
);

-- Emails in use: the next larger one each time, which an index finds without reading every execution.
CREATE TEMPORARY TABLE "used_email" ON COMMIT DROP AS
  WITH RECURSIVE owner AS (
    (SELECT user_email FROM execution ORDER BY user_email LIMIT 1)
    UNION ALL
    SELECT (SELECT e.user_email FROM execution e WHERE e.user_email > o.user_email ORDER BY e.user_email LIMIT 1)
    FROM owner o WHERE o.user_email IS NOT NULL
  )
  SELECT user_email AS email FROM owner WHERE user_email IS NOT NULL UNION SELECT user_email FROM schedule;

INSERT INTO "email_spelling" (folded, email)
  SELECT DISTINCT ON (lower(email)) lower(email), email FROM (
    SELECT email, 1 AS rank, created_at AS at FROM account
    UNION ALL SELECT email, 2, seen_at FROM sign_in
    UNION ALL SELECT email, 3, NULL FROM used_email
  ) known ORDER BY lower(email), rank, at, email;

UPDATE "execution" e SET user_email = s.email FROM "used_email" u JOIN "email_spelling" s ON s.folded = lower(u.email)
  WHERE e.user_email = u.email AND u.email <> s.email;
UPDATE "schedule" e SET user_email = s.email FROM "used_email" u JOIN "email_spelling" s ON s.folded = lower(u.email)
  WHERE e.user_email = u.email AND u.email <> s.email;

-- Of a user's sign-ins the latest stays.
DELETE FROM "sign_in" old USING "sign_in" other
  WHERE lower(old.email) = lower(other.email) AND (old.seen_at, old.email) < (other.seen_at, other.email);
UPDATE "sign_in" i SET email = s.email FROM "email_spelling" s WHERE s.folded = lower(i.email) AND i.email <> s.email;
CREATE UNIQUE INDEX "sign_in_once" ON "sign_in" (lower("email"));

-- The audit trail keeps emails as they were sent, and is searched in any case.
DROP INDEX "audit_event_by_actor";
CREATE INDEX "audit_event_by_actor" ON "audit_event" (lower("actor"), "at", "id");
DROP INDEX "audit_event_by_subject";
CREATE INDEX "audit_event_by_subject" ON "audit_event" (lower("subject"), "at", "id");
