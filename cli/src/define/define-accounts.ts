import { SCOPE_LEVELS } from '@app/domain';
import { audit } from '../commands/audit.js';
import { changeMembers, createGroup, listGroups, removeGroup } from '../commands/groups.js';
import { createToken, listTokens, revokeToken } from '../commands/tokens.js';
import { createUser, listUsers, removeUser, showUser, updateUser } from '../commands/users.js';
import { verifyAudit } from '../commands/verify-audit.js';
import { whoAmI } from '../commands/whoami.js';
import { command } from '../tree/command.js';
import { ALL_PAGES, LIMIT, SINCE, UNTIL, YES } from './shared-options.js';

const EMAIL = { description: 'Email of the account' } as const;
const GROUP = { description: 'Name of the group' } as const;
const MEMBERS = { description: 'Emails of the accounts', many: true } as const;

const user = command('user', 'Manage accounts: list, show, create, update, remove (admins)', {
  examples: [['user create ann@example.com --group ops', '']],
  subcommands: [
    command('list', 'List accounts', {
      options: { group: { kind: 'text', description: 'Only members of this group' } },
      examples: [['user list --group ops', '']],
      run: (context, { group }) => listUsers(context, group),
    }),
    command('show', 'Show one account', {
      positionals: { email: EMAIL },
      examples: [['user show ann@example.com', '']],
      run: (context, { email }) => showUser(context, email),
    }),
    command('create', 'Create an account for a person or a program', {
      positionals: { email: EMAIL },
      options: {
        name: { kind: 'text', description: 'Display name' },
        service: { kind: 'flag', description: 'The account belongs to a program' },
        group: { kind: 'texts', description: 'Group to add the account to; repeatable' },
        yes: { ...YES, description: 'Create groups that do not exist without confirmation' },
      },
      examples: [
        ['user create ann@example.com --name Ann --group ops', ''],
        ['user create ci@example.com --service', ''],
      ],
      run: (context, { group, ...values }) => createUser(context, { ...values, groups: group }),
    }),
    command('update', 'Change or disable an account', {
      positionals: { email: EMAIL },
      options: {
        name: { kind: 'text', description: 'Display name' },
        activate: { kind: 'flag', description: 'Enable the account' },
        deactivate: { kind: 'flag', description: 'Disable the account' },
        group: { kind: 'texts', description: 'Replace all groups with these; repeatable' },
        'no-groups': { kind: 'flag', description: 'Remove the account from all groups' },
        yes: { ...YES, description: 'Create groups that do not exist without confirmation' },
      },
      examples: [['user update ann@example.com --deactivate', '']],
      run: (context, { group, 'no-groups': noGroups, ...values }) =>
        updateUser(context, { ...values, groups: group, noGroups }),
    }),
    command('remove', 'Remove an account and its tokens', {
      positionals: { email: EMAIL },
      options: { yes: YES },
      examples: [['user remove ann@example.com', '']],
      run: (context, { email, yes }) => removeUser(context, email, yes),
    }),
  ],
});

const group = command('group', 'Manage groups: list, create, remove, add, drop (admins)', {
  examples: [['group add ops ann@example.com', '']],
  subcommands: [
    command('list', 'List groups', {
      examples: [['group list', '']],
      run: listGroups,
    }),
    command('create', 'Create a group', {
      positionals: { name: GROUP },
      options: { description: { kind: 'text', description: 'What the group is for' } },
      examples: [['group create ops --description "People on call"', '']],
      run: createGroup,
    }),
    command('remove', 'Remove a group that no proc requires', {
      positionals: { name: GROUP },
      options: { yes: YES },
      examples: [['group remove ops', '']],
      run: (context, { name, yes }) => removeGroup(context, name, yes),
    }),
    command('add', 'Add accounts to a group', {
      positionals: { name: GROUP, emails: MEMBERS },
      examples: [['group add ops ann@example.com bob@example.com', '']],
      run: (context, values) => changeMembers(context, 'add', values),
    }),
    command('drop', 'Remove accounts from a group', {
      positionals: { name: GROUP, emails: MEMBERS },
      examples: [['group drop ops ann@example.com', '']],
      run: (context, values) => changeMembers(context, 'drop', values),
    }),
  ],
});

const token = command('token', 'Manage access tokens: list, create, revoke', {
  examples: [['token create --label laptop --expires 90d', '']],
  subcommands: [
    command('list', 'List tokens, without their values', {
      options: {
        email: { kind: 'text', description: 'Only tokens of this account (admins)' },
        all: { kind: 'flag', description: 'Tokens of all accounts (admins)' },
      },
      examples: [['token list', 'Your own tokens']],
      run: listTokens,
    }),
    command('create', 'Create a token and print it once', {
      options: {
        email: { kind: 'text', description: 'Create the token for this account (admins)' },
        label: { kind: 'text', description: 'What the token is for' },
        expires: {
          kind: 'text',
          description: 'Lifetime, such as 12h or 90d, or never (default: set by the gateway)',
        },
        scope: {
          kind: 'text',
          choices: SCOPE_LEVELS,
          description:
            'What the token may be used for (default: admin, which is everything; with --proc execute)',
        },
        proc: { kind: 'texts', description: 'Limit the token to this proc; repeatable' },
      },
      examples: [
        ['token create --label laptop --expires 90d', ''],
        ['token create --email ci@example.com > token.txt', 'Write only the token to a file'],
        ['token create --scope execute --proc deploy', 'Can run deploy and nothing else'],
      ],
      run: (context, { proc, ...values }) => createToken(context, { ...values, procs: proc }),
    }),
    command('revoke', 'Revoke a token, and what was made with it', {
      positionals: { id: { description: 'Id of the token (see `proctor token list`)' } },
      options: { yes: YES },
      examples: [['token revoke 0b9f1c1e-6d0a-4c1e-9a53-0c6b6c3c2f11', '']],
      run: (context, { id, yes }) => revokeToken(context, id, yes),
    }),
  ],
});

export const accountCommands = [
  command('whoami', 'Show the account you are signed in as', {
    examples: [['whoami', '']],
    run: whoAmI,
  }),
  token,
  user,
  group,
  command('audit', 'Show who did what, newest first (admins)', {
    options: {
      actor: { kind: 'text', description: 'Only requests of this account (email)' },
      action: { kind: 'text', description: 'Only this action, such as submitExecution' },
      subject: { kind: 'text', description: 'Only actions on this proc, execution, account and so on' },
      allowed: { kind: 'flag', description: 'Only allowed requests' },
      refused: { kind: 'flag', description: 'Only refused requests' },
      since: SINCE,
      until: UNTIL,
      limit: LIMIT,
      all: ALL_PAGES,
      export: { kind: 'flag', description: 'Export every match as JSON lines, oldest first' },
    },
    examples: [
      ['audit --refused --since 1d', ''],
      ['audit --export > audit.jsonl', ''],
    ],
    run: audit,
    subcommands: [
      command('verify', 'Check that no audit event was removed, changed or inserted', {
        options: {
          head: {
            kind: 'text',
            description: 'Head that you noted earlier, as N:HASH: the chain must lead to it',
          },
        },
        examples: [
          ['audit verify', ''],
          ['audit verify --head 1204:5f0c…', 'Also check that the end was not cut off since'],
        ],
        run: (context, { head }) => verifyAudit(context, head),
      }),
    ],
  }),
];
