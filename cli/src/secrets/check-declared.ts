import { AppError, nearestWord } from '@app/domain';
import type { GatewayClient } from '@app/gateway-client';
import type { Context } from '../context.js';
import { confirmChange } from '../terminal/confirm-change.js';

/**
 * Asks about secrets that the proc does not declare, and so would never get, unless `yes`. A proc that is not registered
 * yet declares nothing: that is only noted. Throws `invalid_args` without a terminal, and `conflict` if the user declines.
 */
export async function checkDeclared(
  context: Context,
  client: GatewayClient,
  { proc, names, yes }: { proc: string; names: readonly string[]; yes: boolean },
): Promise<void> {
  const declared = await findDeclared(client, proc);
  if (declared === null) {
    context.printer.note(
      `No proc ${proc} is registered yet. It will get these secrets once it declares them.`,
    );
    return;
  }
  const unknown = names.filter((name) => !declared.includes(name));
  if (unknown.length === 0 || yes) return;
  const problem = `${proc} does not declare ${unknown.map((name) => describe(name, declared)).join(', ')}.`;
  if (context.stdin.isTTY) return confirmChange(context, `${problem} Set anyway?`, false);
  throw new AppError('invalid_args', `${problem} Nothing was set.`, {
    hint: 'Declare it under env_vars.secrets of the proc, or use --yes to set it anyway.',
  });
}

async function findDeclared(client: GatewayClient, proc: string): Promise<string[] | null> {
  try {
    const { env_vars } = await client.call('getProc', { params: { name: proc } });
    return env_vars.secrets.map(({ name }) => name);
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') return null;
    throw error;
  }
}

function describe(name: string, declared: readonly string[]): string {
  const nearest = nearestWord(name, declared);
  return nearest === null ? `the secret ${name}` : `the secret ${name} (did you mean ${nearest}?)`;
}
