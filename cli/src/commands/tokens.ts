import { parseDurationMs, tokenParams, type TokenReply } from '@app/contract';
import { AppError } from '@app/domain';
import { readPages } from '@app/gateway-client';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { plainLine } from '../output/filter-controls.js';
import { shortTime } from '../output/render-execution.js';
import { formatTable } from '../output/table.js';
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
    stateOf(token, nowMs),
    shortTime(token.expires_at) || 'never',
    shortTime(token.last_used_at) || 'never',
  ]);
  const header = ['ID', 'EMAIL', 'LABEL', 'STATE', 'EXPIRES', 'LAST USED'];
  await context.printer.result(rows.length > 0 ? formatTable(header, rows) : 'No tokens.\n', tokens);
  return 0;
}

export interface CreateTokenOptions {
  /** The account; left out: the caller's. */
  email: string | undefined;
  label: string | undefined;
  /** A duration, such as `30d`; left out: the token does not expire. */
  expires: string | undefined;
}

/** Standard output gets only the token, this one time. */
export async function createToken(
  context: Context,
  { email, label, expires }: CreateTokenOptions,
): Promise<number> {
  const body = { email, label, expires_in_seconds: secondsOf(expires) };
  const token = await (await openGateway(context)).call('createToken', { body });
  await context.printer.result(`${token.token}\n`, token);
  const until = token.expires_at === undefined ? 'never expires' : `expires ${shortTime(token.expires_at)}`;
  context.printer.note(
    `Token ${token.id} of ${plainLine(token.email)}, ${until}. It is shown only once: save it now.`,
  );
  return 0;
}

export async function revokeToken(context: Context, id: string): Promise<number> {
  if (!tokenParams.safeParse({ id }).success) {
    throw new AppError('invalid_args', `'${plainLine(id)}' is not a token id.`, {
      hint: 'Find ids with `proctor token list`.',
    });
  }
  await (await openGateway(context)).call('revokeToken', { params: { id } });
  await context.printer.result(`Revoked: ${id}\n`, { id, revoked: true });
  return 0;
}

function secondsOf(duration: string | undefined): number | undefined {
  if (duration === undefined) return undefined;
  const ms = parseDurationMs(duration);
  if (ms !== null && ms >= 60_000) return ms / 1000;
  throw new AppError(
    'invalid_args',
    `--expires must be a duration of at least one minute, such as 12h or 30d; got '${plainLine(duration)}'.`,
  );
}

function stateOf({ revoked_at, expires_at }: TokenReply, nowMs: number): string {
  if (revoked_at !== undefined) return 'revoked';
  return expires_at !== undefined && Date.parse(expires_at) <= nowMs ? 'expired' : 'active';
}
