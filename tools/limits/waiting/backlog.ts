import { SCRIPT_PROC, type ApiClient } from '../../../test/support/api-client.js';
import { atOnce } from '../at-once.js';
import { expectStatus, type LimitsSystem } from '../limits-system.js';

export interface BacklogSize {
  /** `PROCTOR_QUEUE_LIMIT` */
  queueLimit: number;
  /** `PROCTOR_USER_SHARE` */
  userShare: number;
  /** Of one user, before all others. More than a share. */
  heavy: number;
  /** Of a proc that runs once at a time. */
  limited: number;
  /** They have the rest in equal parts, each less than a share. */
  otherUsers: number;
  /** How many are accepted by the gateway; the others are copies of them in the database. More than a share. */
  byGateway: number;
}

export const SUBMITTERS = 24;
const LIMITED_PROC = 'one-at-a-time';

/** All that waits, and everybody who asks for more. */
export class Backlog {
  /** Ids of what the gateway has accepted, in about that order. */
  readonly accepted: number[] = [];
  /** How many got 429 with `Retry-After`. */
  refused = 0;
  /** Answers that should never come. */
  readonly strange: string[] = [];

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

  /** Some of each kind by the gateway, and copies of them up to the whole backlog but `missing`. */
  async fill(missing: number): Promise<void> {
    const { heavy, limited, userShare, otherUsers, queueLimit, byGateway } = this.size;
    const ofOthers = Math.max(2 * otherUsers, byGateway - userShare);
    await atOnce(userShare, SUBMITTERS, () => this.submit(this.heavy));
    const waitsForShare = await this.mustSubmit(this.heavy);
    await atOnce(ofOthers, SUBMITTERS, (at) => this.submit(this.other(at)));
    await this.mustSubmit(this.other(0), LIMITED_PROC);
    const waitsForSlot = await this.mustSubmit(this.other(1), LIMITED_PROC);
    await this.copy(waitsForShare, heavy - userShare - 1);
    await this.copy(waitsForSlot, limited - 2);
    const left = queueLimit - missing - heavy - limited - ofOthers;
    const each = Math.floor(left / otherUsers);
    for (const { identity } of this.others) await this.copy(await this.idOf(identity.email), each);
  }

  /** True if it was accepted. */
  async submit(client: ApiClient, name = SCRIPT_PROC): Promise<boolean> {
    const reply = await client.request('POST', '/execution', { name, args: { SCRIPT: 'true' } });
    const text = await reply.text();
    if (reply.status === 201) {
      this.accepted.push((JSON.parse(text) as { id: number }).id);
      return true;
    }
    const retryAfter = Number(reply.headers.get('retry-after'));
    if (reply.status === 429 && retryAfter > 0) this.refused += 1;
    else this.strange.push(`${reply.status}, Retry-After ${reply.headers.get('retry-after')}: ${text}`);
    return false;
  }

  async count(where = 'ended_at is null'): Promise<number> {
    const [row] = await this.system.query<{ n: number }>(
      `select count(*)::int as n from execution where ${where}`,
    );
    return row?.n ?? 0;
  }

  private async mustSubmit(client: ApiClient, name = SCRIPT_PROC): Promise<number> {
    const body = { name, args: { SCRIPT: 'true' } };
    const reply = await expectStatus(await client.request('POST', '/execution', body), 201);
    return (reply as { id: number }).id;
  }

  /** One of theirs that only waits for a worker. */
  private async idOf(email: string): Promise<number> {
    const [row] = await this.system.query<{ id: string }>(
      'select id from execution where user_email = $1 and proc_name = $2 and waiting_for is null limit 1',
      [email, SCRIPT_PROC],
    );
    if (!row) throw new Error(`${email} has nothing that could be copied`);
    return Number(row.id);
  }

  /** As if the same had been accepted so many times more while Redis was away: the sweep has to enqueue them. */
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
