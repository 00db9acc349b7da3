import type { WorkloadReply } from '@app/contract';
import { AppError, SCOPE_LEVELS, plainLine } from '@app/domain';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { shortTime } from '../output/render-execution.js';
import { scopeText } from '../output/scope-text.js';
import { formatFields, formatTable } from '../output/table.js';
import { confirmChange } from '../terminal/confirm-change.js';

export async function listWorkloads(context: Context): Promise<number> {
  const rules = await (await openGateway(context)).call('listWorkloads');
  const rows = rules.map((rule) => [
    plainLine(rule.name),
    plainLine(rule.account),
    scopeText(rule),
    stateOf(rule),
    plainLine(rule.issuer),
    plainLine(rule.subject),
  ]);
  const header = ['NAME', 'ACCOUNT', 'SCOPE', 'STATE', 'ISSUER', 'SUBJECT'];
  await context.printer.result(rows.length > 0 ? formatTable(header, rows) : 'No workload rules.\n', rules);
  return 0;
}

export async function describeWorkload(context: Context, name: string): Promise<number> {
  const rule = await (await openGateway(context)).call('getWorkload', { params: { name } });
  await context.printer.result(renderWorkload(rule), rule);
  return 0;
}

export interface CreateWorkloadOptions {
  name: string;
  issuer: string;
  audience: string;
  subject: string;
  /** As NAME=VALUE. */
  claims: readonly string[];
  account: string;
  /** Left out: execute. */
  scope: string | undefined;
  /** The only procs that the tokens may be used for; empty: no limit. */
  procs: readonly string[];
}

export async function createWorkload(
  context: Context,
  { claims, scope, procs, ...values }: CreateWorkloadOptions,
): Promise<number> {
  const body = {
    ...values,
    claims: readClaims(claims),
    scope: SCOPE_LEVELS.find((level) => level === scope),
    procs: procs.length > 0 ? [...procs] : undefined,
  };
  const rule = await (await openGateway(context)).call('createWorkload', { body });
  await context.printer.result(renderWorkload(rule), rule);
  return 0;
}

export async function removeWorkload(context: Context, name: string, yes: boolean): Promise<number> {
  const client = await openGateway(context);
  await confirmChange(context, `Remove workload rule ${name}? Its tokens are refused within seconds.`, yes);
  await client.call('removeWorkload', { params: { name } });
  await context.printer.result(`Removed: ${name}\n`, { name, removed: true });
  return 0;
}

function readClaims(given: readonly string[]): Record<string, string> {
  const claims = new Map<string, string>();
  for (const text of given) {
    const [name = '', ...value] = text.split('=');
    const problem =
      name === '' || value.length === 0 ? 'must be NAME=VALUE' : claims.has(name) ? 'has a name twice' : null;
    if (problem !== null)
      throw new AppError('invalid_args', `--claim ${problem}; got '${plainLine(text)}'.`, {
        hint: 'For example --claim environment=production.',
      });
    claims.set(name, value.join('='));
  }
  return Object.fromEntries(claims);
}

function renderWorkload(rule: WorkloadReply): string {
  const claims = Object.entries(rule.claims).map(([name, value]) => plainLine(`${name}=${value}`));
  return formatFields([
    ['Name', plainLine(rule.name)],
    ['State', stateOf(rule)],
    ['Issuer', plainLine(rule.issuer)],
    ['Audience', plainLine(rule.audience)],
    ['Subject', plainLine(rule.subject)],
    ['Claims', claims.join(', ')],
    ['Account', plainLine(rule.account)],
    ['Scope', scopeText(rule)],
    ['Created', `${shortTime(rule.created_at)} by ${plainLine(rule.created_by)}`],
    ['Made with', rule.parent ?? ''],
  ]);
}

function stateOf({ active }: WorkloadReply): string {
  return active ? 'active' : 'ended';
}
