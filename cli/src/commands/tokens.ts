import { parseDurationMs, tokenParams, type TokenReply } from '@app/contract';
import { AppError, SCOPE_LEVELS, plainLine } from '@app/domain';
import { readPages, type GatewayClient } from '@app/gateway-client';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { shortTime } from '../output/render-execution.js';
import { scopeText } from '../output/scope-text.js';
import { formatTable } from '../output/table.js';
import { confirmChange } from '../terminal/confirm-change.js';
import { collectItems } from './print-pages.js';

export async function listTokens(
  context: Context,
  { email, all }: { email: string | undefined; all: boolean },
): Promise<number> {
  const client = await openGateway(context);
  const query = { email, all: all || undefined };
  const tokens = await collectItems(readPages(client, 'listTokens', { query }), (page) => page.tokens);
  const nowMs = Date.now();
  const rows = tokens.map((token) => [
    token.id,
    plainLine(token.email),
    plainLine(token.label),
    scopeText(token),
    stateOf(token, nowMs),
    shortTime(token.expires_at) || 'never',
    shortTime(token.last_used_at) || 'never',
    token.parent ?? '',
  ]);
  const header = ['ID', 'EMAIL', 'LABEL', 'SCOPE', 'STATE', 'EXPIRES', 'LAST USED', 'MADE WITH'];
  await context.printer.result(rows.length > 0 ? formatTable(header, rows) : 'No tokens.\n', tokens);
  return 0;
}

export interface CreateTokenOptions {
  /** The account; left out: the caller's. */
  email: string | undefined;
  label: string | undefined;
  /** A duration, such as `30d`, or `never`; left out: as the gateway is set. */
  expires: string | undefined;
  /** Left out: admin, with procs execute. */
  scope: string | undefined;
  /** The only procs that the token may be used for; empty: no limit. */
  procs: readonly string[];
}

/** Standard output gets only the token, this one time. */
export async function createToken(
  context: Context,
  { email, label, expires, scope, procs }: CreateTokenOptions,
): Promise<number> {
  const body = {
    email,
    label,
    scope: SCOPE_LEVELS.find((level) => level === scope),
    procs: procs.length > 0 ? [...procs] : undefined,
    expires_in_seconds: secondsOf(expires),
  };
  const token = await (await openGateway(context)).call('createToken', { body });
  await context.printer.result(`${token.token}\n`, token);
  const until = token.expires_at === undefined ? 'never expires' : `expires ${shortTime(token.expires_at)}`;
  context.printer.note(
    `Token ${token.id} of ${plainLine(token.email)}, scope ${scopeText(token)}, ${until}. It is shown only once: save it now.`,
  );
  return 0;
}

/** What ends with a token, as far as the caller may see it. */
interface Ending {
  tokens: TokenReply[];
  /** Names of workload rules. */
  workloads: string[];
}

/** Also revokes the tokens that were made with it, once that is confirmed, and says what ended. */
export async function revokeToken(context: Context, id: string, yes: boolean): Promise<number> {
  if (!tokenParams.safeParse({ id }).success) {
    throw new AppError('invalid_args', `'${plainLine(id)}' is not a token id.`, {
      hint: 'Find ids with `proctor token list`.',
    });
  }
  const client = await openGateway(context);
  const { tokens, workloads } = await findEnding(client, id);
  if (tokens.length + workloads.length > 0) {
    const owners = [...new Set(tokens.map(({ email }) => plainLine(email)))];
    const count = tokens.length === 1 ? 'a token that was' : `${tokens.length} tokens that were`;
    const ended = [
      ...(tokens.length > 0 ? [`revoke ${count} made with it, of ${owners.join(', ')}`] : []),
      ...(workloads.length > 0 ? [`end the workload rules made with it (${workloads.join(', ')})`] : []),
    ];
    await confirmChange(context, `Also ${ended.join(', and ')}?`, yes);
  }
  await client.call('revokeToken', { params: { id } });
  const lines = [
    `Revoked: ${id}`,
    ...tokens.map((token) =>
      `Also revoked: ${token.id}  ${plainLine(`${token.email}  ${token.label}`)}`.trimEnd(),
    ),
    ...workloads.map((name) => `Ended: workload rule ${name}`),
  ];
  await context.printer.result(`${lines.join('\n')}\n`, {
    ...{ id, revoked: true },
    ...{ also_revoked: tokens.map((token) => token.id), ended_workloads: workloads },
  });
  return 0;
}

/** The working tokens and workload rules that the caller may see and that end with this token. */
async function findEnding(client: GatewayClient, id: string): Promise<Ending> {
  const { is_admin: isAdmin } = await client.call('whoAmI');
  const pages = readPages(client, 'listTokens', { query: { all: isAdmin || undefined } });
  const all = await collectItems(pages, (page) => page.tokens);
  const ids = new Set([id]);
  // Newest first: a token comes before the one that it was made with.
  for (const token of all.toReversed()) if (token.parent && ids.has(token.parent)) ids.add(token.id);
  const tokens = all.filter(
    (token) => token.id !== id && ids.has(token.id) && stateOf(token, Date.now()) === 'active',
  );
  const rules = isAdmin ? await client.call('listWorkloads') : [];
  const ending = rules.filter(({ active, parent }) => active && parent !== undefined && ids.has(parent));
  return { tokens, workloads: ending.map(({ name }) => plainLine(name)) };
}

function secondsOf(duration: string | undefined): number | null | undefined {
  if (duration === undefined) return undefined;
  if (duration === 'never') return null;
  const ms = parseDurationMs(duration);
  if (ms !== null && ms >= 60_000) return ms / 1000;
  throw new AppError(
    'invalid_args',
    `--expires must be never or a duration of at least one minute, such as 12h or 30d; got '${plainLine(duration)}'.`,
  );
}

function stateOf({ revoked_at, expires_at }: TokenReply, nowMs: number): string {
  if (revoked_at !== undefined) return 'revoked';
  return expires_at !== undefined && Date.parse(expires_at) <= nowMs ? 'expired' : 'active';
}
