import { domainToUnicode } from 'node:url';
import { foldEmail } from '@app/domain';
import type { Session } from '../connection/database.js';

/**
 * The spelling in which this email was first given, by a person or by an authentication plugin; remembers this one if it
 * is new. May be repeated, and run at the same time with two spellings: both get the same answer.
 */
export async function rememberSpelling(session: Session, email: string): Promise<string> {
  const known = await knownSpelling(session, email);
  if (known !== null) return known;
  await session.$executeRaw`
    INSERT INTO email_spelling (folded, email) VALUES (${foldEmail(email)}, ${email}) ON CONFLICT DO NOTHING`;
  return (await knownSpelling(session, email)) ?? email;
}

/** Null: this email is new, however it is written. */
export async function knownSpelling(session: Session, email: string): Promise<string | null> {
  // A gateway of an earlier version creates accounts without a spelling.
  const [row] = await session.$queryRaw<{ email: string }[]>`
    SELECT email FROM (
      SELECT email, array_position(${keysOf(email)}::text[], folded) AS place FROM email_spelling
      WHERE folded = ANY(${keysOf(email)}::text[])
      UNION ALL SELECT email, 9 FROM account WHERE lower(email) = lower(${email})
    ) known ORDER BY place LIMIT 1`;
  return row?.email ?? null;
}

/** The key, and those of earlier versions, which knew only upper and lower case, and no ASCII form of a domain. */
function keysOf(email: string): string[] {
  const key = foldEmail(email);
  const domainAt = key.lastIndexOf('@') + 1;
  const unicode = key.slice(0, domainAt) + (domainToUnicode(key.slice(domainAt)) || key.slice(domainAt));
  return [...new Set([key, unicode, email.trim().toLowerCase()])];
}
