import { randomBytes, randomUUID } from 'node:crypto';
import { hashToken } from './access-token.js';
import type { Database } from '../connection/database.js';
import type { BrowserSession } from '../generated/client.js';
import type { SecretBox, SecretPlace } from '../secrets/secret-box.js';

/** Of a user; a new one ends those that were opened first. */
const MAX_SESSIONS = 20;
/** For how long one that has ended can be seen in the database. */
const KEPT_DAYS = 7;
const SECRET_BYTES = 32;

/** Where the session's place in the box is: no proc has such a name. */
const placeOf = (id: string): SecretPlace => ({ procName: '', name: `browser session ${id}` });

/** What a session was opened with. */
export type SessionCredentials =
  /** A token in Postgres. The session ends with it. */
  | { kind: 'token'; tokenId: string }
  /** What the authentication plugin knows. It is asked again. */
  | { kind: 'plugin'; email: string | null; token: string };

export interface NewBrowserSession {
  email: string;
  credentials: SessionCredentials;
  expiresAt: Date;
  address: string | null;
  userAgent: string;
}

export interface BrowserSessionRecord {
  id: string;
  email: string;
  createdAt: Date;
  /** To the minute. */
  lastSeenAt: Date;
  expiresAt: Date;
  /** Where it was opened. */
  address: string | null;
  userAgent: string;
}

/** Browsers in which people are signed in. */
export class BrowserSessionsStore {
  constructor(
    private readonly database: Database,
    private readonly box: SecretBox,
    /** A session that was not used for so long has ended. */
    private readonly idleSeconds: number,
  ) {}

  /** @returns `secret`: what the cookie holds; it is not stored and cannot be read again */
  async open({
    credentials,
    ...session
  }: NewBrowserSession): Promise<BrowserSessionRecord & { secret: string }> {
    const id = randomUUID();
    const secret = randomBytes(SECRET_BYTES).toString('base64url');
    const row = await this.database.client.browserSession.create({
      data: { ...session, ...this.seal(id, credentials), id, secretHash: hashToken(secret) },
    });
    await this.trim(session.email);
    return { ...toRecord(row), secret };
  }

  /** Null: there is none with this secret, or it has ended. Its credentials may have ended all the same. */
  async find(secret: string): Promise<(BrowserSessionRecord & { credentials: SessionCredentials }) | null> {
    const row = await this.database.client.browserSession.findUnique({
      where: { secretHash: hashToken(secret), ...this.isLive() },
    });
    const credentials = row && this.unseal(row);
    return row && credentials && { ...toRecord(row), credentials };
  }

  /** Records that a session was used, at most once a minute. */
  async recordUse(id: string): Promise<void> {
    await this.database.client.$executeRaw`
      UPDATE browser_session SET last_seen_at = now()
      WHERE id = ${id}::uuid AND last_seen_at < now() - interval '1 minute'`;
  }

  /** The user's sessions that have not ended, the last opened first. */
  async list(email: string): Promise<BrowserSessionRecord[]> {
    const rows = await this.database.client.browserSession.findMany({
      where: { email, ...this.isLive() },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: MAX_SESSIONS,
    });
    return rows.map(toRecord);
  }

  /** Ends a session of this user. May be repeated. @returns whether there was one */
  async end(email: string, id: string): Promise<boolean> {
    const { count } = await this.database.client.browserSession.deleteMany({ where: { id, email } });
    return count > 0;
  }

  private isLive() {
    const now = Date.now();
    return { expiresAt: { gt: new Date(now) }, lastSeenAt: { gt: new Date(now - this.idleSeconds * 1_000) } };
  }

  private async trim(email: string): Promise<void> {
    await this.database.client.$executeRaw`
      DELETE FROM browser_session WHERE expires_at < now() - make_interval(days => ${KEPT_DAYS}) OR id IN (
        SELECT id FROM browser_session WHERE email = ${email}
        ORDER BY created_at DESC, id DESC OFFSET ${MAX_SESSIONS}
      )`;
  }

  private seal(id: string, credentials: SessionCredentials) {
    if (credentials.kind === 'token') return { tokenId: credentials.tokenId };
    const { email, token } = credentials;
    return this.box.seal(JSON.stringify({ email, token }), placeOf(id));
  }

  /** Null: it was sealed with a key that is no longer accepted. */
  private unseal({ id, tokenId, ciphertext, keyId }: BrowserSession): SessionCredentials | null {
    if (tokenId !== null) return { kind: 'token', tokenId };
    if (ciphertext === null || keyId === null || !this.box.keyIds.includes(keyId)) return null;
    const { email, token } = JSON.parse(this.box.open({ ciphertext, keyId }, placeOf(id))) as {
      email: string | null;
      token: string;
    };
    return { kind: 'plugin', email, token };
  }
}

function toRecord({
  id,
  email,
  createdAt,
  lastSeenAt,
  expiresAt,
  address,
  userAgent,
}: BrowserSession): BrowserSessionRecord {
  return { id, email, createdAt, lastSeenAt, expiresAt, address, userAgent };
}
