import { audit } from '../commands/audit.js';
import { changeMembers, createGroup, listGroups, removeGroup } from '../commands/groups.js';
import { createToken, listTokens, revokeToken } from '../commands/tokens.js';
import { createUser, listUsers, removeUser, showUser, updateUser } from '../commands/users.js';
import { whoAmI } from '../commands/whoami.js';
import { command } from '../tree/command.js';
import { ALL_PAGES, LIMIT, SINCE, UNTIL, YES } from './shared-options.js';

const EMAIL = { describe: 'Email of the account' } as const;
const GROUP = { describe: 'Name of the group' } as const;
const MEMBERS = { describe: 'Emails', many: true } as const;

const user = command({
  name: 'user',
  describe: 'Accounts: list, show, create, update, remove (admins)',
  examples: [['user create ann@example.com --group ops', '']],
  subcommands: [
    command({
      name: 'list',
      describe: 'List accounts',
      options: { group: { kind: 'text', describe: 'Only members of this group' } },
      examples: [['user list --group ops', '']],
      run:
        ({ group }) =>
        (context) =>
          listUsers(context, group),
    }),
    command({
      name: 'show',
      describe: 'Show one account',
      positionals: { email: EMAIL },
      examples: [['user show ann@example.com', '']],
      run:
        ({ email }) =>
        (context) =>
          showUser(context, email),
    }),
    command({
      name: 'create',
      describe: 'Make an account, of a person or of a program',
      positionals: { email: EMAIL },
      options: {
        name: { kind: 'text', describe: 'Name to show' },
        service: { kind: 'flag', describe: 'It belongs to a program' },
        group: { kind: 'texts', describe: 'Group to be in; may be given several times' },
      },
      examples: [
        ['user create ann@example.com --name Ann --group ops', ''],
        ['user create ci@example.com --service', ''],
      ],
      run:
        ({ group, ...given }) =>
        (context) =>
          createUser(context, { ...given, groups: group }),
    }),
    command({
      name: 'update',
      describe: 'Change an account, or switch it off',
      positionals: { email: EMAIL },
      options: {
        name: { kind: 'text', describe: 'Name to show' },
        activate: { kind: 'flag', describe: 'Switch it on' },
        deactivate: { kind: 'flag', describe: 'Switch it off' },
        group: { kind: 'texts', describe: 'All groups that it is to be in, one for each option' },
        'no-groups': { kind: 'flag', describe: 'Take it out of all groups' },
      },
      examples: [['user update ann@example.com --deactivate', '']],
      run:
        ({ group, 'no-groups': noGroups, ...given }) =>
        (context) =>
          updateUser(context, { ...given, groups: group, noGroups }),
    }),
    command({
      name: 'remove',
      describe: 'Remove an account and its tokens',
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
  describe: 'Groups: list, create, remove, add, drop (admins)',
  examples: [['group add ops ann@example.com', '']],
  subcommands: [
    command({ name: 'list', describe: 'List groups', examples: [['group list', '']], run: () => listGroups }),
    command({
      name: 'create',
      describe: 'Make a group',
      positionals: { name: GROUP },
      options: { description: { kind: 'text', describe: 'What it is for' } },
      examples: [['group create ops --description "People on call"', '']],
      run: (given) => (context) => createGroup(context, given),
    }),
    command({
      name: 'remove',
      describe: 'Remove a group that no proc asks for',
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
      describe: 'Add accounts to a group',
      positionals: { name: GROUP, emails: MEMBERS },
      examples: [['group add ops ann@example.com bob@example.com', '']],
      run: (given) => (context) => changeMembers(context, 'add', given),
    }),
    command({
      name: 'drop',
      describe: 'Take accounts out of a group',
      positionals: { name: GROUP, emails: MEMBERS },
      examples: [['group drop ops ann@example.com', '']],
      run: (given) => (context) => changeMembers(context, 'drop', given),
    }),
  ],
});

const token = command({
  name: 'token',
  describe: 'Access tokens: list, create, revoke',
  examples: [['token create --label laptop --expires 90d', '']],
  subcommands: [
    command({
      name: 'list',
      describe: 'List tokens, without their values',
      options: {
        email: { kind: 'text', describe: 'Of this account (admins)' },
        all: { kind: 'flag', describe: 'Of all accounts (admins)' },
      },
      examples: [['token list', 'Your own']],
      run: (given) => (context) => listTokens(context, given),
    }),
    command({
      name: 'create',
      describe: 'Make a token; it is printed this once',
      options: {
        email: { kind: 'text', describe: 'For this account (admins)' },
        label: { kind: 'text', describe: 'What it is for' },
        expires: { kind: 'text', describe: 'After how long, such as 12h or 90d; else never' },
      },
      examples: [
        ['token create --label laptop --expires 90d', ''],
        ['token create --email ci@example.com > token.txt', 'Nothing but the token in the file'],
      ],
      run: (given) => (context) => createToken(context, given),
    }),
    command({
      name: 'revoke',
      describe: 'Make a token worthless',
      positionals: { id: { describe: 'Id of the token, as `token list` shows it' } },
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
    describe: 'Show who the gateway takes you for',
    examples: [['whoami', '']],
    run: () => whoAmI,
  }),
  token,
  user,
  group,
  command({
    name: 'audit',
    describe: 'Show who did what, newest first (admins)',
    options: {
      actor: { kind: 'text', describe: 'Only what this email did' },
      action: { kind: 'text', describe: 'Only this, such as submitExecution' },
      subject: { kind: 'text', describe: 'Only what was done to this' },
      allowed: { kind: 'flag', describe: 'Only what was allowed' },
      refused: { kind: 'flag', describe: 'Only what was refused' },
      since: SINCE,
      until: UNTIL,
      limit: LIMIT,
      all: ALL_PAGES,
      export: { kind: 'flag', describe: 'All as JSON lines, oldest first' },
    },
    examples: [
      ['audit --refused --since 1d', ''],
      ['audit --export > audit.jsonl', ''],
    ],
    run: (given) => (context) => audit(context, given),
  }),
];
