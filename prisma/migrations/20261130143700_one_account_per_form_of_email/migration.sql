-- One email is one account in every Unicode form, as libs/domain same-email.ts folds it. Emails in ASCII keep their key.
-- Refuses, and changes nothing, while two accounts differ only in form.
CREATE FUNCTION pg_temp.fold_email(email TEXT) RETURNS TEXT LANGUAGE sql AS $$
  SELECT normalize(replace(replace(lower(btrim(regexp_replace(normalize(email, NFKC),
    '[\u00AD\u200B-\u200F\u202A-\u202E\u2060-\u2064\u2066-\u2069\uFEFF]', '', 'g'))), 'ß', 'ss'), 'ς', 'σ'), NFKC)
$$;

DO $$
DECLARE
  same text;
BEGIN
  SELECT string_agg(emails, '; ' ORDER BY emails) INTO same FROM (
    SELECT string_agg(email, ' and ' ORDER BY created_at) AS emails FROM (
      SELECT email, created_at, pg_temp.fold_email(email) AS folded FROM account WHERE email ~ '[^\u0001-\u007F]'
      UNION ALL SELECT email, created_at, lower(email) FROM account WHERE email !~ '[^\u0001-\u007F]'
    ) known GROUP BY folded HAVING count(*) > 1 ORDER BY 1 LIMIT 20
  ) pairs;
  IF same IS NOT NULL THEN
    RAISE EXCEPTION 'these accounts are the same email in different Unicode forms and would become one: %', same
      USING HINT = 'Keep one of each. Give it the groups of the other, then remove the other: `proctor user remove EMAIL` '
        'with the previous version. Then migrate again.';
  END IF;
END $$;

UPDATE "email_spelling" s SET folded = f.folded FROM (
  SELECT DISTINCT ON (folded) * FROM (
    SELECT email, pg_temp.fold_email(email) AS folded, folded AS before FROM email_spelling WHERE email ~ '[^\u0001-\u007F]'
  ) each ORDER BY folded, EXISTS (SELECT 1 FROM account a WHERE a.email = each.email) DESC, email
) f WHERE s.folded = f.before AND f.before <> f.folded
  AND NOT EXISTS (SELECT 1 FROM email_spelling other WHERE other.folded = f.folded);
