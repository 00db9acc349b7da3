import type { GroupReply } from '@app/contract';
import { agree, openGateway, type Context } from '../context.js';
import { plainLine } from '../output/filter-controls.js';
import { formatTable } from '../output/table.js';
import { readPages } from './read-pages.js';

export async function listGroups(context: Context): Promise<number> {
  const client = await openGateway(context);
  const groups: GroupReply[] = [];
  const read = async (cursor: { cursor?: string }) =>
    await client.call('listGroups', { query: { ...cursor } });
  for await (const page of readPages(read, true)) groups.push(...page.groups);
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
  context.printer.note(`Add members: proctor group add ${plainLine(group.name)} EMAIL`);
  return 0;
}

export async function removeGroup(context: Context, name: string, yes: boolean): Promise<number> {
  const client = await openGateway(context);
  await agree(context, `Remove the group ${name}? Its members lose what it allows.`, yes);
  await client.call('removeGroup', { params: { name } });
  await context.printer.result(`Removed: ${name}\n`, { name, removed: true });
  return 0;
}

/** One after the other; those before one that is refused stay changed. May be repeated. */
export async function changeMembers(
  context: Context,
  change: 'add' | 'drop',
  { name, emails }: { name: string; emails: readonly string[] },
): Promise<number> {
  const client = await openGateway(context);
  const route = change === 'add' ? 'addMember' : 'removeMember';
  for (const email of emails) {
    await client.call(route, { params: { name, email } });
    const text = change === 'add' ? `Added to ${name}: ${email}\n` : `Taken out of ${name}: ${email}\n`;
    await context.printer.result(text, { group: name, email, change });
  }
  return 0;
}
