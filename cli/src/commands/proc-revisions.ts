import { MAX_PAGE, listProcRevisionsQuery, type ProcMetadata, type ReplyOf } from '@app/contract';
import { AppError, plainLine } from '@app/domain';
import { readPages, type GatewayClient } from '@app/gateway-client';
import { readQuery } from '../args/read-query.js';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { shortTime } from '../output/render-execution.js';
import { changeOf, type ProcChange } from '../procs/proc-change.js';
import { confirmChange } from '../terminal/confirm-change.js';
import { printPages } from './print-pages.js';

type Revision = ReplyOf<'getProcRevision'>;

export interface PageOptions {
  limit: string | undefined;
  /** All pages. */
  all: boolean;
}

/** Newest first. */
export async function listRevisions(
  context: Context,
  name: string,
  { limit, all }: PageOptions,
): Promise<number> {
  const query = readQuery(listProcRevisionsQuery, { limit: limit ?? (all ? String(MAX_PAGE) : undefined) });
  const client = await openGateway(context);
  await printPages(context, readPages(client, 'listProcRevisions', { params: { name }, query }), {
    all,
    header: ['REVISION', 'CHANGED', 'BY', 'IMAGE'],
    rowsOf: (page) =>
      page.revisions.map(({ revision, changed_at, changed_by, image_name }) => [
        String(revision),
        shortTime(changed_at),
        plainLine(changed_by ?? '-'),
        plainLine(image_name),
      ]),
    none: 'No revisions.',
  });
  return 0;
}

/** What changed between two revisions. `from` omitted: the one before `to`; `to` omitted: the current one. */
export async function diffRevisions(
  context: Context,
  name: string,
  from: string | undefined,
  to: string | undefined,
): Promise<number> {
  const numbers = [from, to].map((text) => (text === undefined ? undefined : readRevision(text)));
  const client = await openGateway(context);
  const after = numbers[1] ?? (await client.call('getProc', { params: { name } })).revision;
  const before = numbers[0] ?? (await findBefore(client, name, after));
  const [older, newer] = await Promise.all([before, after].map((number) => read(client, name, number)));
  const { diff } = changeOf(older!, newer!);
  const text = `${describe(older!)}\n${describe(newer!)}\n${render(diff)}`;
  await context.printer.result(text, { name, before, after, diff });
  return 0;
}

/** Registers a proc again as it was, after showing what changes. Its number is a new one. */
export async function rollBack(context: Context, name: string, to: string, yes: boolean): Promise<number> {
  const number = readRevision(to);
  const client = await openGateway(context);
  const [current, wanted] = await Promise.all([
    client.call('getProc', { params: { name } }),
    read(client, name, number),
  ]);
  const { diff, change } = changeOf(current, wanted);
  if (change === 'unchanged') {
    const result = { name, rolled_back_to: number, applied: false };
    await context.printer.result(`${name} is already as it was at revision ${number}.\n`, result);
    return 0;
  }
  if (!context.printer.json) await context.printer.result(render(diff), null);
  await confirmChange(context, `Roll ${name} back from revision ${current.revision} to ${number}?`, yes);
  await client.call('registerProcs', { body: [withoutChange(wanted)] });
  const { revision } = await client.call('getProc', { params: { name } });
  await context.printer.result(`${name} is as at revision ${number} again. That is revision ${revision}.\n`, {
    ...{ name, rolled_back_to: number, revision, applied: true, diff },
  });
  return 0;
}

function readRevision(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw new AppError('invalid_args', `'${text}' is not a revision: expected a positive integer.`, {
    hint: 'See `proctor procs history PROC`.',
  });
}

async function read(client: GatewayClient, name: string, revision: number): Promise<Revision> {
  return await client.call('getProcRevision', { params: { name, n: String(revision) } });
}

/** Numbers may be missing before revisions were kept. */
async function findBefore(client: GatewayClient, name: string, revision: number): Promise<number> {
  const { revisions } = await client.call('listProcRevisions', {
    params: { name },
    query: { cursor: String(revision), limit: '1' },
  });
  const [before] = revisions;
  if (before) return before.revision;
  throw new AppError('not_found', `${name} has no revision before ${revision}.`);
}

function withoutChange({
  revision: _,
  changed_by: __,
  changed_at: ___,
  ...metadata
}: Revision): ProcMetadata {
  return metadata;
}

function describe({ revision, changed_at, changed_by }: Revision): string {
  return `Revision ${revision}, ${shortTime(changed_at)}${changed_by ? `, by ${plainLine(changed_by)}` : ''}`;
}

function render(diff: ProcChange['diff']): string {
  return diff.length > 0 ? diff.map((line) => `  ${plainLine(line)}\n`).join('') : '  No difference.\n';
}
