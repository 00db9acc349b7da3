import { AppError, nearestWord, plainLine } from '@app/domain';
import { readPages, type GatewayClient } from '@app/gateway-client';
import type { Context } from '../context.js';
import { confirmChange } from '../terminal/confirm-change.js';
import { collectItems } from './print-pages.js';

/** Asks before the gateway creates a group by putting an account into it, unless `yes`. Throws `invalid_args`
 * without a terminal, and `conflict` if the user declines. */
export async function confirmNewGroups(
  context: Context,
  client: GatewayClient,
  { groups, yes }: { groups: readonly string[]; yes: boolean },
): Promise<void> {
  if (groups.length === 0 || yes) return;
  const pages = readPages(client, 'listGroups', {});
  const known = (await collectItems(pages, (page) => page.groups)).map(({ name }) => name);
  const unknown = groups.filter((group) => !known.includes(group));
  if (unknown.length === 0) return;
  const described = unknown.map((group) => describe(group, known)).join(', ');
  const problem = `There is no group ${described}.`;
  if (context.stdin.isTTY) return confirmChange(context, `${problem} Create it?`, yes);
  throw new AppError('invalid_args', `${problem} Nothing was changed.`, {
    hint: 'Correct the name, or use --yes to create the group.',
  });
}

function describe(group: string, known: readonly string[]): string {
  const nearest = nearestWord(group, known);
  return plainLine(nearest === null ? group : `${group} (did you mean ${nearest}?)`);
}
