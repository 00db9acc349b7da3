import { SCOPE_LEVELS } from '@app/domain';
import { createWorkload, describeWorkload, listWorkloads, removeWorkload } from '../commands/workloads.js';
import { command } from '../tree/command.js';
import { YES } from './shared-options.js';

const NAME = { description: 'Name of the rule' } as const;

export const workloadCommands = [
  command('workload', 'Manage rules for tokens of CI systems and clusters (admins)', {
    examples: [['workload list', '']],
    subcommands: [
      command('list', 'List the rules', { examples: [['workload list', '']], run: listWorkloads }),
      command('describe', 'Show one rule', {
        positionals: { name: NAME },
        examples: [['workload describe deploy-app', '']],
        run: (context, { name }) => describeWorkload(context, name),
      }),
      command('create', 'Let tokens of an issuer sign in as a service account', {
        positionals: { name: NAME },
        options: {
          issuer: {
            kind: 'text',
            required: true,
            description: 'Issuer of the tokens (iss), an https address',
          },
          audience: {
            kind: 'text',
            required: true,
            description: 'Audience that the tokens are for (aud); only for Proctor',
          },
          subject: {
            kind: 'text',
            required: true,
            description: 'Subject of the tokens (sub); * stands for a whole part, at the end for the rest',
          },
          claim: { kind: 'texts', description: 'Further claim, as NAME=VALUE; repeatable' },
          account: { kind: 'text', required: true, description: 'Email of the service account' },
          scope: {
            kind: 'text',
            choices: SCOPE_LEVELS,
            description: 'What the tokens may be used for (default: execute)',
          },
          proc: { kind: 'texts', description: 'Limit the tokens to this proc; repeatable' },
        },
        examples: [
          [
            'workload create deploy-app --issuer https://token.actions.githubusercontent.com --audience proctor --subject repo:acme/app:ref:refs/heads/main --account ci@example.com --proc deploy-app',
            '',
          ],
        ],
        run: (context, { claim, proc, ...values }) =>
          createWorkload(context, { ...values, claims: claim, procs: proc }),
      }),
      command('remove', 'Remove a rule', {
        positionals: { name: NAME },
        options: { yes: YES },
        examples: [['workload remove deploy-app', '']],
        run: (context, { name, yes }) => removeWorkload(context, name, yes),
      }),
    ],
  }),
];
