import type { UserReply } from '@app/contract';
import { AppError, plainLine, shellCommand } from '@app/domain';
import { readPages } from '@app/gateway-client';
import type { Context } from '../context.js';
import { openGateway } from '../gateway/open-gateway.js';
import { shortTime } from '../output/render-execution.js';
import { formatFields, formatTable } from '../output/table.js';
import { confirmChange } from '../terminal/confirm-change.js';
import { confirmNewGroups } from './confirm-new-groups.js';
import { collectItems } from './print-pages.js';

export async function listUsers(context: Context, group: string | undefined): Promise<number> {
  const client = await openGateway(context);
  const pages = readPages(client, 'listUsers', { query: { group } });
  const users = await collectItems(pages, (page) => page.users);
  const rows = users.map((user) => [
    plainLine(user.email),
    plainLine(user.name),
    stateOf(user),
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
  /** An account for a program. */
  service: boolean;
  groups: readonly string[];
  /** Also create groups. */
  yes: boolean;
}

export async function createUser(
  context: Context,
  { email, name, service, groups, yes }: CreateUserOptions,
): Promise<number> {
  const client = await openGateway(context);
  await confirmNewGroups(context, client, { groups, yes });
  const user = await client.call('createUser', { body: { email, name, service, groups: [...groups] } });
  await context.printer.result(renderUser(user), user);
  context.printer.note(
    `Create a token for it: ${shellCommand('proctor', 'token', 'create', '--email', plainLine(user.email))}`,
  );
  return 0;
}

export interface UpdateUserOptions {
  email: string;
  name: string | undefined;
  activate: boolean;
  deactivate: boolean;
  /** Replace all memberships; empty: they stay. */
  groups: readonly string[];
  noGroups: boolean;
  /** Also create groups. */
  yes: boolean;
}

export async function updateUser(context: Context, options: UpdateUserOptions): Promise<number> {
  const { email, name, activate, deactivate, groups, noGroups, yes } = options;
  const isContradiction = (activate && deactivate) || (noGroups && groups.length > 0);
  const body = {
    ...(name !== undefined && { name }),
    ...((activate || deactivate) && { active: activate }),
    ...((noGroups || groups.length > 0) && { groups: [...groups] }),
  };
  if (isContradiction || Object.keys(body).length === 0) {
    throw new AppError(
      'invalid_args',
      isContradiction ? 'These options contradict each other.' : 'There is nothing to change.',
      {
        hint: 'Use --name, --activate or --deactivate, and --group (once for each group) or --no-groups.',
      },
    );
  }
  const client = await openGateway(context);
  await confirmNewGroups(context, client, { groups, yes });
  const user = await client.call('updateUser', { params: { email }, body });
  await context.printer.result(renderUser(user), user);
  const { paused_schedules: paused } = user;
  if (paused) context.printer.note(`Paused ${paused} schedule${paused === 1 ? '' : 's'} of this account.`);
  return 0;
}

export async function removeUser(context: Context, email: string, yes: boolean): Promise<number> {
  const client = await openGateway(context);
  await confirmChange(
    context,
    `Remove account ${email} and its tokens? Its history stays, its schedules are paused.`,
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
    ['State', stateOf(user)],
    ['Kind', user.service ? 'service' : 'person'],
    ['Groups', user.groups.map(plainLine).join(', ')],
    ['Created', shortTime(user.created_at)],
  ]);
}

function stateOf({ active }: UserReply): string {
  return active ? 'active' : 'disabled';
}
