import { parseDurationMs, tokenParams, type TokenReply } from '@app/contract';
import { AppError, SCOPE_LEVELS } from '@app/domain';
import { readPages, type GatewayClient } from '@app/gateway-client';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { plainLine } from '../output/filter-controls.js';
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

/** Also revokes the tokens that were made with it, once that is confirmed. */
export async function revokeToken(context: Context, id: string, yes: boolean): Promise<number> {
  if (!tokenParams.safeParse({ id }).success) {
    throw new AppError('invalid_args', `'${plainLine(id)}' is not a token id.`, {
      hint: 'Find ids with `proctor token list`.',
    });
  }
  const client = await openGateway(context);
  const ended = await findMadeWith(client, id);
  if (ended.length > 0) {
    const owners = [...new Set(ended.map(({ email }) => plainLine(email)))];
    const count = ended.length === 1 ? 'a token that was' : `${ended.length} tokens that were`;
    await confirmChange(context, `Also revoke ${count} made with it, of ${owners.join(', ')}?`, yes);
  }
  await client.call('revokeToken', { params: { id } });
  await context.printer.result(`Revoked: ${id}\n`, { id, revoked: true });
  return 0;
}

/** The working tokens that the caller may see and that end with this one. */
async function findMadeWith(client: GatewayClient, id: string): Promise<TokenReply[]> {
  const { is_admin: all } = await client.call('whoAmI');
  const pages = readPages(client, 'listTokens', { query: { all: all || undefined } });
  const tokens = await collectItems(pages, (page) => page.tokens);
  const ids = new Set([id]);
  // Newest first: a token comes before the one that it was made with.
  for (const token of tokens.toReversed()) if (token.parent && ids.has(token.parent)) ids.add(token.id);
  return tokens.filter(
    (token) => token.id !== id && ids.has(token.id) && stateOf(token, Date.now()) === 'active',
  );
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
