import type { SealedPageReply } from '@app/contract';
import { plainLine } from '@app/domain';
import { readPages, type GatewayClient } from '@app/gateway-client';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { formatTable } from '../output/table.js';

type Kind = SealedPageReply['kind'];

const NAMES: Record<Kind, string> = {
  secret: 'secrets',
  audit_key: 'key of the audit chain',
  schedule: 'schedules',
  execution: 'executions',
};
/** A row may be locked at each walk, but hardly at so many. */
const MAX_WALKS = 10;
const MAX_PROBLEMS = 20;

/** One walk over everything that is encrypted. */
class Walk {
  keyId = '';
  accepted: readonly string[] = [];
  readonly counts: { kind: Kind; keyId: string; count: number }[] = [];
  readonly problems: { subject: string; message: string }[] = [];
  resealed = 0;
  busy = 0;
  failed = 0;

  add(page: SealedPageReply): void {
    this.keyId = page.key_id;
    this.accepted = page.accepted_key_ids;
    for (const { key_id: keyId, count } of page.found) {
      const known = this.counts.find((one) => one.kind === page.kind && one.keyId === keyId);
      if (known) known.count += count;
      else this.counts.push({ kind: page.kind, keyId, count });
    }
    this.problems.push(...page.problems.slice(0, MAX_PROBLEMS - this.problems.length));
    this.resealed += page.resealed;
    this.busy += page.busy;
    this.failed += page.failed;
  }

  /** Values that are not under the current key. */
  get outdated(): number {
    return this.counts.reduce((sum, { keyId, count }) => sum + (keyId === this.keyId ? 0 : count), 0);
  }
}

/**
 * Encrypts everything with the gateway's current key, walk after walk until one finds nothing to do; with `check`, only
 * looks. Exits with 1 if something is left under another key. May be interrupted, repeated, and run twice at once.
 */
export async function rotateKey(context: Context, { check }: { check: boolean }): Promise<number> {
  const { printer } = context;
  const client = await openGateway(context);
  let resealed = 0;
  for (let walks = 0; !check && walks < MAX_WALKS; walks++) {
    const walk = await rotateOnce(context, client, resealed);
    resealed += walk.resealed;
    if (walk.resealed === 0 && walk.busy === 0) break;
  }
  const found = new Walk();
  printer.showWaiting('Counting what is encrypted');
  for await (const page of readPages(client, 'checkSecretKey', {})) found.add(page);
  const isDone = found.outdated === 0 && found.failed === 0;
  const text = `${check ? renderCounts(found) : `Encrypted again: ${resealed}.\n`}${renderOutcome(found)}`;
  const { keyId, accepted, counts, failed, problems } = found;
  await printer.result(text, {
    keyId,
    accepted,
    ...(!check && { resealed }),
    counts,
    failed,
    problems,
    isDone,
  });
  return isDone ? 0 : 1;
}

async function rotateOnce({ printer }: Context, client: GatewayClient, before: number): Promise<Walk> {
  const walk = new Walk();
  for (let cursor: string | undefined; ;) {
    // The key that it began with: a gateway that seals with another one must not undo it.
    const query = { cursor, ...(walk.keyId !== '' && { key_id: walk.keyId }) };
    const page = await client.call('rotateSecretKey', { query });
    walk.add(page);
    printer.showWaiting(`Encrypted again: ${before + walk.resealed}, now ${NAMES[page.kind]}`);
    if (page.next === undefined) return walk;
    cursor = page.next;
  }
}

function renderCounts({ counts, keyId, accepted }: Walk): string {
  if (counts.length === 0) return 'Nothing is encrypted.\n';
  const stateOf = (id: string) =>
    id === 'none' ? 'plain text' : id === keyId ? 'current' : accepted.includes(id) ? 'accepted' : 'unknown';
  const rows = counts.map(({ kind, keyId: id, count }) => [NAMES[kind], id, String(count), stateOf(id)]);
  return formatTable(['KIND', 'KEY', 'VALUES', 'STATE'], rows);
}

function renderOutcome({ keyId, accepted, outdated, failed, problems }: Walk): string {
  const lines = problems.map(({ subject, message }) => plainLine(`${subject} ${message}`));
  if (failed > problems.length) lines.push(`and ${failed - problems.length} more`);
  if (failed > 0) {
    lines.push(
      `${failed} of these cannot be read. Add the key they were encrypted with to PROCTOR_SECRET_KEY_ALSO and rotate again, or set them again.`,
    );
  } else if (outdated > 0) {
    lines.push(`${outdated} values are not under key ${keyId} yet. Run: proctor admin rotate-key`);
  } else {
    const old = accepted.filter((id) => id !== keyId);
    lines.push(`Everything is encrypted with key ${keyId}.`);
    if (old.length > 0) lines.push(`${old.join(', ')} may be removed from PROCTOR_SECRET_KEY_ALSO.`);
  }
  return `${lines.join('\n')}\n`;
}
