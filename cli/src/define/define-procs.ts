import { applyProcs } from '../commands/apply-procs.js';
import { describe } from '../commands/describe.js';
import { list } from '../commands/list.js';
import { newProc } from '../commands/new-proc.js';
import { diffRevisions, listRevisions, rollBack } from '../commands/proc-revisions.js';
import { describeProc, listProcs, removeProc } from '../commands/procs.js';
import {
  applyPodTemplates,
  describePodTemplate,
  listPodTemplates,
  removePodTemplate,
} from '../commands/pod-templates.js';
import { listSecrets, removeSecret, setSecrets } from '../commands/secrets.js';
import { template } from '../commands/template.js';
import { command } from '../tree/command.js';
import { ALL_PAGES, LIMIT, PROC, YES } from './shared-options.js';

const TEMPLATE = { description: 'Name of the pod template' } as const;

const procs = command(
  'procs',
  'Manage procs as code: new, list, describe, apply, history, diff, rollback, remove',
  {
    examples: [
      ['procs apply -f procs/ --dry-run', ''],
      ['procs describe say-hello-world > proc.yaml', ''],
    ],
    subcommands: [
      command('new', 'Create a folder with a first version of a proc, ready to run', {
        positionals: { name: { description: 'Name of the proc and of its folder' } },
        options: {
          in: {
            kind: 'text',
            completes: 'path',
            description: 'Folder to create it in (default procs, if there is one, else the current folder)',
          },
        },
        examples: [['procs new disk-report', 'Creates procs/disk-report']],
        run: newProc,
      }),
      command('list', 'List procs with their images and groups', {
        examples: [['procs list', '']],
        run: listProcs,
      }),
      command('describe', 'Show a proc as YAML that `procs apply` accepts', {
        positionals: { proc: PROC },
        examples: [['procs describe say-hello-world > proc.yaml', '']],
        run: (context, { proc }) => describeProc(context, proc),
      }),
      command(
        'apply',
        'Create or update procs from YAML or JSON: shows the changes, then applies all or none',
        {
          options: {
            file: {
              kind: 'texts',
              alias: 'f',
              required: true,
              completes: 'path',
              description:
                'File, folder (proc.yaml at any depth, *.yaml at its top level), or - for standard input',
            },
            'dry-run': {
              kind: 'flag',
              description: 'Show the changes and the Jobs without applying anything',
            },
            yes: YES,
          },
          examples: [
            ['procs apply -f procs/ --dry-run', 'Show the changes and exit'],
            ['procs apply -f proc.yaml --yes', 'Apply without confirmation'],
          ],
          run: (context, { file, 'dry-run': dryRun, yes }) =>
            applyProcs(context, { files: file, dryRun, yes }),
        },
      ),
      command('history', 'List the revisions of a proc: who changed it, and when', {
        positionals: { proc: PROC },
        options: { limit: LIMIT, all: ALL_PAGES },
        examples: [['procs history say-hello-world', '']],
        run: (context, { proc, limit, all }) => listRevisions(context, proc, { limit, all }),
      }),
      command('diff', 'Show what changed between two revisions of a proc', {
        positionals: {
          proc: PROC,
          from: { description: 'Earlier revision (default the one before the other)', optional: true },
          to: { description: 'Later revision (default the current one)', optional: true },
        },
        examples: [
          ['procs diff say-hello-world', 'What the last change was'],
          ['procs diff say-hello-world 3', 'What has changed since revision 3'],
          ['procs diff say-hello-world 3 5', ''],
        ],
        run: (context, { proc, from, to }) => diffRevisions(context, proc, from, to),
      }),
      command('rollback', 'Register a proc again as it was at a revision: shows the changes, then asks', {
        positionals: { proc: PROC, revision: { description: 'Number of the revision' } },
        options: { yes: YES },
        examples: [['procs rollback say-hello-world 3', '']],
        run: (context, { proc, revision, yes }) => rollBack(context, proc, revision, yes),
      }),
      command('remove', 'Remove a proc and its secrets; its history stays', {
        positionals: { proc: PROC },
        options: { yes: YES },
        examples: [['procs remove say-hello-world', '']],
        run: (context, { proc, yes }) => removeProc(context, proc, yes),
      }),
    ],
  },
);

const secrets = command('secrets', "Manage a proc's secrets: list, set, remove", {
  examples: [
    ['secrets list say-hello-world', ''],
    ['secrets set say-hello-world SAMPLE_SECRET_ONE', 'Prompts for the value'],
  ],
  subcommands: [
    command('list', "List the names of a proc's secrets; values are never shown", {
      positionals: { proc: PROC },
      examples: [['secrets list say-hello-world', '']],
      run: (context, { proc }) => listSecrets(context, proc),
    }),
    command('set', 'Set secrets: prompts for the values, or reads them from standard input or files', {
      positionals: {
        proc: PROC,
        names: { description: 'Names of the secrets, without values', optional: true, many: true },
      },
      options: {
        'from-file': {
          kind: 'texts',
          completes: 'path',
          description: 'NAME=FILE: use the whole file as the value',
        },
        'env-file': {
          kind: 'texts',
          completes: 'path',
          description: 'File with NAME=value lines; a quoted value may have several lines',
        },
        yes: { ...YES, description: 'Also set secrets that the proc does not declare' },
      },
      examples: [
        ['secrets set say-hello-world SAMPLE_SECRET_ONE', 'Prompts for the value'],
        ['secrets set say-hello-world SAMPLE_SECRET_ONE < value.txt', 'Reads the value from standard input'],
        ['secrets set say-hello-world --from-file TLS_KEY=tls.key --env-file secrets.env', ''],
      ],
      run: (context, { proc, yes, names, 'from-file': fromFiles, 'env-file': envFiles }) =>
        setSecrets(context, { proc, yes, names, fromFiles, envFiles }),
    }),
    command('remove', 'Remove a secret', {
      positionals: { proc: PROC, name: { description: 'Name of the secret' } },
      options: { yes: YES },
      examples: [['secrets remove say-hello-world SAMPLE_SECRET_ONE', '']],
      run: removeSecret,
    }),
  ],
});

const podTemplate = command(
  'pod-template',
  'Manage pod templates that procs can name: list, describe, apply, remove (admins)',
  {
    examples: [['pod-template apply -f gpu.yaml', '']],
    subcommands: [
      command('list', 'List pod templates and the procs that use them', {
        examples: [['pod-template list', '']],
        run: listPodTemplates,
      }),
      command('describe', 'Show a pod template as YAML that `pod-template apply` accepts', {
        positionals: { name: TEMPLATE },
        examples: [['pod-template describe gpu > gpu.yaml', '']],
        run: (context, { name }) => describePodTemplate(context, name),
      }),
      command('apply', 'Create or update pod templates from manifests of kind PodTemplate', {
        options: {
          file: {
            kind: 'texts',
            alias: 'f',
            required: true,
            completes: 'path',
            description: 'File, or - for standard input',
          },
          yes: YES,
        },
        examples: [['pod-template apply -f gpu.yaml', '']],
        run: (context, { file, yes }) => applyPodTemplates(context, { files: file, yes }),
      }),
      command('remove', 'Remove a pod template that no proc uses', {
        positionals: { name: TEMPLATE },
        options: { yes: YES },
        examples: [['pod-template remove gpu', '']],
        run: (context, { name, yes }) => removePodTemplate(context, name, yes),
      }),
    ],
  },
);

export const procCommands = [
  command('list', 'List the procs you may run', {
    options: { names: { kind: 'flag', description: 'Print only the names, one per line' } },
    examples: [['list', '']],
    run: (context, { names }) => list(context, names),
  }),
  command('describe', 'Show what a proc does and which arguments it takes', {
    positionals: { proc: PROC },
    examples: [['describe say-hello-world', '']],
    run: (context, { proc }) => describe(context, proc),
  }),
  command('template', "Write a YAML file with a proc's arguments, for `execute -f`", {
    positionals: { proc: PROC, file: { description: 'File to write', completes: 'path' } },
    options: { yes: { ...YES, description: 'Overwrite without confirmation' } },
    examples: [['template say-hello-world args.yaml', '']],
    run: template,
  }),
  procs,
  podTemplate,
  secrets,
];
