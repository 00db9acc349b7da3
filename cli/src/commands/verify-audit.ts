import { verifyAuditQuery, type AuditProblemReply } from '@app/contract';
import { plainLine } from '@app/domain';
import { readPages } from '@app/gateway-client';
import { readQuery } from '../args/read-query.js';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { formatTable } from '../output/table.js';

/** Where it stops: a trail with so many problems needs a person. */
const MAX_PROBLEMS = 20;

/** What was checked. */
class Check {
  seals = 0;
  events = 0;
  waiting = 0;
  head: { n: number; hash: string } | null = null;
  readonly problems: AuditProblemReply[] = [];

  get isIntact(): boolean {
    return this.problems.length === 0;
  }
}

/**
 * Checks the audit trail against its seals. Exits with 1 if they differ.
 * @param head `N:HASH`, which must be in the chain
 */
export async function verifyAudit(context: Context, head: string | undefined): Promise<number> {
  const { printer } = context;
  const query = readQuery(verifyAuditQuery, { head });
  const client = await openGateway(context);
  const check = new Check();
  printer.showWaiting('Checking seals');
  for await (const page of readPages(client, 'verifyAudit', { query })) {
    check[page.phase === 'links' ? 'seals' : 'events'] += page.checked;
    check.waiting += page.waiting;
    check.head = page.head ?? check.head;
    check.problems.push(...page.problems);
    if (check.problems.length >= MAX_PROBLEMS) break;
    const { seals, events } = check;
    printer.showWaiting(
      events > 0 ? `Looked up ${events} events` : `Checked ${seals} of ${page.seals} seals`,
    );
  }
  const hasMore = check.problems.length >= MAX_PROBLEMS;
  check.problems.splice(MAX_PROBLEMS);
  const text = check.isIntact ? renderIntact(check) : renderProblems(check.problems);
  await printer.result(text, { ...check, isIntact: check.isIntact });
  if (hasMore) printer.note('There may be more problems: the check stopped here.');
  return check.isIntact ? 0 : 1;
}

function renderIntact({ seals, events, waiting, head }: Check): string {
  const waits = waiting === 0 ? '' : `, ${waiting} of them too recent to be sealed`;
  return [
    `The audit trail is intact: ${seals} seals, ${events} events${waits}.`,
    ...(head ? [`Head: ${head.n}:${head.hash}`] : []),
    '',
  ].join('\n');
}

function renderProblems(problems: readonly AuditProblemReply[]): string {
  const rows = problems.map(({ kind, n, id, message }) => [
    kind,
    String(n ?? ''),
    String(id ?? ''),
    plainLine(message),
  ]);
  return formatTable(['PROBLEM', 'SEAL', 'EVENT', 'WHAT IS WRONG'], rows);
}
