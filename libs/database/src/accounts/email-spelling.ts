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

/** Null: this email is new, in any case. */
export async function knownSpelling(session: Session, email: string): Promise<string | null> {
  // A gateway of an earlier version creates accounts without a spelling.
  const [row] = await session.$queryRaw<{ email: string }[]>`
    SELECT email FROM email_spelling WHERE folded = ${foldEmail(email)}
    UNION ALL SELECT email FROM account WHERE lower(email) = lower(${email}) LIMIT 1`;
  return row?.email ?? null;
}
