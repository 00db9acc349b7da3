import { audit } from '../commands/audit.js';
import { changeMembers, createGroup, listGroups, removeGroup } from '../commands/groups.js';
import { createToken, listTokens, revokeToken } from '../commands/tokens.js';
import { createUser, listUsers, removeUser, showUser, updateUser } from '../commands/users.js';
import { whoAmI } from '../commands/whoami.js';
import { command } from '../tree/command.js';
import { ALL_PAGES, LIMIT, SINCE, UNTIL, YES } from './shared-options.js';

const EMAIL = { description: 'Email of the account' } as const;
const GROUP = { description: 'Name of the group' } as const;
const MEMBERS = { description: 'Emails', many: true } as const;

const user = command({
  name: 'user',
  description: 'Accounts: list, show, create, update, remove (admins)',
  examples: [['user create ann@example.com --group ops', '']],
  subcommands: [
    command({
      name: 'list',
      description: 'List accounts',
      options: { group: { kind: 'text', description: 'Only members of this group' } },
      examples: [['user list --group ops', '']],
      run:
        ({ group }) =>
        (context) =>
          listUsers(context, group),
    }),
    command({
      name: 'show',
      description: 'Show one account',
      positionals: { email: EMAIL },
      examples: [['user show ann@example.com', '']],
      run:
        ({ email }) =>
        (context) =>
          showUser(context, email),
    }),
    command({
      name: 'create',
      description: 'Make an account, of a person or of a program',
      positionals: { email: EMAIL },
      options: {
        name: { kind: 'text', description: 'Name to show' },
        service: { kind: 'flag', description: 'It belongs to a program' },
        group: { kind: 'texts', description: 'Group to be in; repeatable' },
      },
      examples: [
        ['user create ann@example.com --name Ann --group ops', ''],
        ['user create ci@example.com --service', ''],
      ],
      run:
        ({ group, ...values }) =>
        (context) =>
          createUser(context, { ...values, groups: group }),
    }),
    command({
      name: 'update',
      description: 'Change an account, or switch it off',
      positionals: { email: EMAIL },
      options: {
        name: { kind: 'text', description: 'Name to show' },
        activate: { kind: 'flag', description: 'Switch it on' },
        deactivate: { kind: 'flag', description: 'Switch it off' },
        group: { kind: 'texts', description: 'All groups that it is to be in, one for each option' },
        'no-groups': { kind: 'flag', description: 'Take it out of all groups' },
      },
      examples: [['user update ann@example.com --deactivate', '']],
      run:
        ({ group, 'no-groups': noGroups, ...values }) =>
        (context) =>
          updateUser(context, { ...values, groups: group, noGroups }),
    }),
    command({
      name: 'remove',
      description: 'Remove an account and its tokens',
      positionals: { email: EMAIL },
      options: { yes: YES },
      examples: [['user remove ann@example.com', '']],
      run:
        ({ email, yes }) =>
        (context) =>
          removeUser(context, email, yes),
    }),
  ],
});

const group = command({
  name: 'group',
  description: 'Groups: list, create, remove, add, drop (admins)',
  examples: [['group add ops ann@example.com', '']],
  subcommands: [
    command({
      name: 'list',
      description: 'List groups',
      examples: [['group list', '']],
      run: () => listGroups,
    }),
    command({
      name: 'create',
      description: 'Make a group',
      positionals: { name: GROUP },
      options: { description: { kind: 'text', description: 'What it is for' } },
      examples: [['group create ops --description "People on call"', '']],
      run: (values) => (context) => createGroup(context, values),
    }),
    command({
      name: 'remove',
      description: 'Remove a group that no proc asks for',
      positionals: { name: GROUP },
      options: { yes: YES },
      examples: [['group remove ops', '']],
      run:
        ({ name, yes }) =>
        (context) =>
          removeGroup(context, name, yes),
    }),
    command({
      name: 'add',
      description: 'Add accounts to a group',
      positionals: { name: GROUP, emails: MEMBERS },
      examples: [['group add ops ann@example.com bob@example.com', '']],
      run: (values) => (context) => changeMembers(context, 'add', values),
    }),
    command({
      name: 'drop',
      description: 'Take accounts out of a group',
      positionals: { name: GROUP, emails: MEMBERS },
      examples: [['group drop ops ann@example.com', '']],
      run: (values) => (context) => changeMembers(context, 'drop', values),
    }),
  ],
});

const token = command({
  name: 'token',
  description: 'Access tokens: list, create, revoke',
  examples: [['token create --label laptop --expires 90d', '']],
  subcommands: [
    command({
      name: 'list',
      description: 'List tokens, without their values',
      options: {
        email: { kind: 'text', description: 'Of this account (admins)' },
        all: { kind: 'flag', description: 'Of all accounts (admins)' },
      },
      examples: [['token list', 'Your own']],
      run: (values) => (context) => listTokens(context, values),
    }),
    command({
      name: 'create',
      description: 'Make a token; it is printed this once',
      options: {
        email: { kind: 'text', description: 'For this account (admins)' },
        label: { kind: 'text', description: 'What it is for' },
        expires: { kind: 'text', description: 'After how long, such as 12h or 90d; else never' },
      },
      examples: [
        ['token create --label laptop --expires 90d', ''],
        ['token create --email ci@example.com > token.txt', 'Nothing but the token in the file'],
      ],
      run: (values) => (context) => createToken(context, values),
    }),
    command({
      name: 'revoke',
      description: 'Make a token worthless',
      positionals: { id: { description: 'Id of the token, as `token list` shows it' } },
      examples: [['token revoke 0b9f1c1e-6d0a-4c1e-9a53-0c6b6c3c2f11', '']],
      run:
        ({ id }) =>
        (context) =>
          revokeToken(context, id),
    }),
  ],
});

export const accountCommands = [
  command({
    name: 'whoami',
    description: 'Show who the gateway takes you for',
    examples: [['whoami', '']],
    run: () => whoAmI,
  }),
  token,
  user,
  group,
  command({
    name: 'audit',
    description: 'Show who did what, newest first (admins)',
    options: {
      actor: { kind: 'text', description: 'Only what this email did' },
      action: { kind: 'text', description: 'Only this, such as submitExecution' },
      subject: { kind: 'text', description: 'Only what was done to this' },
      allowed: { kind: 'flag', description: 'Only what was allowed' },
      refused: { kind: 'flag', description: 'Only what was refused' },
      since: SINCE,
      until: UNTIL,
      limit: LIMIT,
      all: ALL_PAGES,
      export: { kind: 'flag', description: 'All as JSON lines, oldest first' },
    },
    examples: [
      ['audit --refused --since 1d', ''],
      ['audit --export > audit.jsonl', ''],
    ],
    run: (values) => (context) => audit(context, values),
  }),
];
