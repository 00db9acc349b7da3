import type { UserReply } from '@app/contract';
import { AppError } from '@app/domain';
import { agree, openGateway, type Context } from '../context.js';
import { plainLine } from '../output/filter-controls.js';
import { shortTime } from '../output/render-execution.js';
import { formatFields, formatTable } from '../output/table.js';
import { queryOf } from '../args/read-query.js';
import { readPages } from './read-pages.js';

export async function listUsers(context: Context, group: string | undefined): Promise<number> {
  const client = await openGateway(context);
  const users: UserReply[] = [];
  const read = async (cursor: { cursor?: string }) =>
    await client.call('listUsers', { query: { ...queryOf({ group }), ...cursor } });
  for await (const page of readPages(read, true)) users.push(...page.users);
  const rows = users.map((user) => [
    plainLine(user.email),
    plainLine(user.name),
    user.active ? 'active' : 'off',
    user.service ? 'service' : 'person',
    user.groups.map(plainLine).join(', '),
  ]);
  const text =
    rows.length > 0 ? formatTable(['EMAIL', 'NAME', 'STATE', 'KIND', 'GROUPS'], rows) : 'No accounts.\n';
  await context.printer.result(text, users);
  return 0;
}

export async function showUser(context: Context, email: string): Promise<number> {
  const user = await (await openGateway(context)).call('getUser', { params: { email } });
  await context.printer.result(renderUser(user), user);
  return 0;
}

export interface CreateUserOptions {
  email: string;
  name: string | undefined;
  /** An account of a program. */
  service: boolean;
  groups: readonly string[];
}

export async function createUser(
  context: Context,
  { email, name, service, groups }: CreateUserOptions,
): Promise<number> {
  const client = await openGateway(context);
  const user = await client.call('createUser', { body: { email, name, service, groups } });
  await context.printer.result(renderUser(user), user);
  context.printer.note(`Give it a token: proctor token create --email ${plainLine(user.email)}`);
  return 0;
}

export interface UpdateUserOptions {
  email: string;
  name: string | undefined;
  activate: boolean;
  deactivate: boolean;
  /** Replace all memberships; none given: they stay. */
  groups: readonly string[];
  noGroups: boolean;
}

export async function updateUser(context: Context, options: UpdateUserOptions): Promise<number> {
  const { email, name, activate, deactivate, groups, noGroups } = options;
  const contradiction = [activate && deactivate, noGroups && groups.length > 0].some(Boolean);
  const body = {
    ...(name !== undefined && { name }),
    ...((activate || deactivate) && { active: activate }),
    ...((noGroups || groups.length > 0) && { groups }),
  };
  if (contradiction || Object.keys(body).length === 0) {
    throw new AppError(
      'invalid_args',
      contradiction ? 'These options contradict each other.' : 'Nothing to change.',
      {
        hint: 'Give --name, --activate or --deactivate, --group (once for each, all of them) or --no-groups.',
      },
    );
  }
  const user = await (await openGateway(context)).call('updateUser', { params: { email }, body });
  await context.printer.result(renderUser(user), user);
  const { paused_schedules: paused } = user;
  if (paused) context.printer.note(`Schedules that were paused: ${paused}.`);
  return 0;
}

export async function removeUser(context: Context, email: string, yes: boolean): Promise<number> {
  const client = await openGateway(context);
  await agree(
    context,
    `Remove the account ${email} and its tokens? What it did stays in the history, its schedules are paused.`,
    yes,
  );
  await client.call('removeUser', { params: { email } });
  await context.printer.result(`Removed: ${email}\n`, { email, removed: true });
  return 0;
}

function renderUser(user: UserReply): string {
  return formatFields([
    ['Email', plainLine(user.email)],
    ['Name', plainLine(user.name)],
    ['State', user.active ? 'active' : 'off'],
    ['Kind', user.service ? 'service' : 'person'],
    ['Groups', user.groups.map(plainLine).join(', ')],
    ['Created', shortTime(user.created_at)],
  ]);
}
