import { plainLine, shellCommand } from '@app/domain';
import { readPages } from '@app/gateway-client';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { formatTable } from '../output/table.js';
import { confirmChange } from '../terminal/confirm-change.js';
import { collectItems } from './print-pages.js';

export async function listGroups(context: Context): Promise<number> {
  const client = await openGateway(context);
  const groups = await collectItems(readPages(client, 'listGroups', {}), (page) => page.groups);
  const rows = groups.map(({ name, members, description }) => [
    plainLine(name),
    String(members),
    plainLine(description),
  ]);
  const text = rows.length > 0 ? formatTable(['NAME', 'MEMBERS', 'DESCRIPTION'], rows) : 'No groups.\n';
  await context.printer.result(text, groups);
  return 0;
}

export async function createGroup(
  context: Context,
  { name, description }: { name: string; description: string | undefined },
): Promise<number> {
  const group = await (await openGateway(context)).call('createGroup', { body: { name, description } });
  await context.printer.result(`Created: ${plainLine(group.name)}\n`, group);
  context.printer.note(
    `Add members: ${shellCommand('proctor', 'group', 'add', plainLine(group.name))} EMAIL`,
  );
  return 0;
}

export async function removeGroup(context: Context, name: string, yes: boolean): Promise<number> {
  const client = await openGateway(context);
  await confirmChange(context, `Remove group ${name}? Its members lose the access it gives.`, yes);
  await client.call('removeGroup', { params: { name } });
  await context.printer.result(`Removed: ${name}\n`, { name, removed: true });
  return 0;
}

/** One by one: the changes before a refused one stay. May be repeated. */
export async function changeMembers(
  context: Context,
  change: 'add' | 'drop',
  { name, emails }: { name: string; emails: readonly string[] },
): Promise<number> {
  const client = await openGateway(context);
  const route = change === 'add' ? 'addMember' : 'removeMember';
  for (const email of emails) {
    await client.call(route, { params: { name, email } });
    const text = change === 'add' ? `Added to ${name}: ${email}\n` : `Removed from ${name}: ${email}\n`;
    await context.printer.result(text, { group: name, email, change });
  }
  return 0;
}
