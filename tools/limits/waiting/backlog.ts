import { SCRIPT_PROC, type ApiClient } from '../../../test/support/api-client.js';
import { atOnce } from '../at-once.js';
import { expectStatus } from '../expect-status.js';
import type { LimitsSystem } from '../limits-system.js';

export interface BacklogSize {
  /** `PROCTOR_QUEUE_LIMIT` */
  queueLimit: number;
  /** `PROCTOR_USER_SHARE` */
  userShare: number;
  /** Executions of one user, submitted before all others. More than a share. */
  heavy: number;
  /** Executions of a proc that runs one at a time. */
  limited: number;
  /** They share the rest equally, each with less than a share. */
  otherUsers: number;
  /** Executions accepted by the gateway; the others are copies in the database. More than a share. */
  byGateway: number;
}

export const SUBMITTERS = 24;
const LIMITED_PROC = 'one-at-a-time';

/** The queued executions, and the users who submit more. */
export class Backlog {
  /** Ids of accepted executions, roughly in order. */
  readonly accepted: number[] = [];
  /** Number of 429 answers with `Retry-After`. */
  refused = 0;
  /** Any other answers. */
  readonly unexpected: string[] = [];

  private constructor(
    private readonly system: LimitsSystem,
    readonly size: BacklogSize,
    readonly heavy: ApiClient,
    private readonly others: readonly ApiClient[],
  ) {}

  static async create(system: LimitsSystem, size: BacklogSize): Promise<Backlog> {
    const heavy = await system.createUser('heavy');
    const others: ApiClient[] = [];
    for (let n = 1; n <= size.otherUsers; n++) others.push(await system.createUser(`user-${n}`));
    await system.api.registerScriptProc({ concurrency: { limit: 1, when_full: 'queue' } }, LIMITED_PROC);
    return new Backlog(system, size, heavy, others);
  }

  other(at: number): ApiClient {
    return this.others[at % this.others.length]!;
  }

  /** Submits some of each kind, and copies them until only `missing` are left to the limit. */
  async fill(missing: number): Promise<void> {
    const { heavy, limited, userShare, otherUsers, queueLimit, byGateway } = this.size;
    const ofOthers = Math.max(2 * otherUsers, byGateway - userShare);
    await atOnce(userShare, SUBMITTERS, () => this.submit(this.heavy));
    const waitsForShare = await this.submitAccepted(this.heavy);
    await atOnce(ofOthers, SUBMITTERS, (at) => this.submit(this.other(at)));
    await this.submitAccepted(this.other(0), LIMITED_PROC);
    const waitsForSlot = await this.submitAccepted(this.other(1), LIMITED_PROC);
    await this.copy(waitsForShare, heavy - userShare - 1);
    await this.copy(waitsForSlot, limited - 2);
    const left = queueLimit - missing - heavy - limited - ofOthers;
    const each = Math.floor(left / otherUsers);
    for (const { identity } of this.others) await this.copy(await this.idOf(identity.email), each);
  }

  /** @returns whether it was accepted */
  async submit(client: ApiClient, name = SCRIPT_PROC): Promise<boolean> {
    const reply = await client.request('POST', '/execution', { name, args: { SCRIPT: 'true' } });
    const text = await reply.text();
    if (reply.status === 201) {
      this.accepted.push((JSON.parse(text) as { id: number }).id);
      return true;
    }
    const retryAfter = Number(reply.headers.get('retry-after'));
    if (reply.status === 429 && retryAfter > 0) this.refused += 1;
    else this.unexpected.push(`${reply.status}, Retry-After ${reply.headers.get('retry-after')}: ${text}`);
    return false;
  }

  async count(where = 'ended_at is null'): Promise<number> {
    const [row] = await this.system.query<{ n: number }>(
      `select count(*)::int as n from execution where ${where}`,
    );
    return row?.n ?? 0;
  }

  private async submitAccepted(client: ApiClient, name = SCRIPT_PROC): Promise<number> {
    const body = { name, args: { SCRIPT: 'true' } };
    const reply = await expectStatus(await client.request('POST', '/execution', body), 201);
    return (reply as { id: number }).id;
  }

  /** An execution of a user that only waits for a worker. */
  private async idOf(email: string): Promise<number> {
    const [row] = await this.system.query<{ id: string }>(
      'select id from execution where user_email = $1 and proc_name = $2 and waiting_for is null limit 1',
      [email, SCRIPT_PROC],
    );
    if (!row) throw new Error(`${email} has no execution to copy`);
    return Number(row.id);
  }

  /** Copies an execution, as if more had been accepted while Redis was down: the sweep must enqueue them. */
  private async copy(id: number, times: number): Promise<void> {
    const own = ['id', 'created_at', 'updated_at', 'enqueued_at', 'ended_status'];
    const columns = await this.system.query<{ name: string }>(
      `select column_name as name from information_schema.columns
       where table_schema = 'public' and table_name = 'execution' and column_name::text <> all($1)`,
      [own],
    );
    const copied = columns.map(({ name }) => `"${name}"`).join(', ');
    await this.system.query(
      `insert into execution (${copied}, created_at, updated_at)
       select ${copied}, clock_timestamp(), clock_timestamp() from execution, generate_series(1, $2) where id = $1`,
      [id, times],
    );
  }
}
