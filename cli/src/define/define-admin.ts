import { rotateKey } from '../commands/rotate-key.js';
import { command } from '../tree/command.js';

export const adminCommands = [
  command('admin', 'Look after the installation: rotate its secret key (admins)', {
    examples: [['admin rotate-key --check', '']],
    subcommands: [
      command('rotate-key', 'Encrypt everything with the current PROCTOR_SECRET_KEY', {
        options: {
          check: { kind: 'flag', description: 'Only count what is encrypted with which key' },
        },
        examples: [
          ['admin rotate-key --check', ''],
          ['admin rotate-key', 'May be interrupted and repeated'],
        ],
        run: rotateKey,
      }),
    ],
  }),
];
