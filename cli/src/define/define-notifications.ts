import { DELIVERY_STATES, NOTIFY_EVENTS } from '@app/domain';
import { NO_EVENTS } from '../args/read-notify-events.js';
import { listNotifications, resendNotification } from '../commands/notifications.js';
import { notify } from '../commands/notify.js';
import { command } from '../tree/command.js';
import { ALL_PAGES, LIMIT } from './shared-options.js';

export const notificationCommands = [
  command({
    name: 'notify',
    describe: 'Choose of what you are told by mail, or show it',
    positionals: {
      events: {
        describe: `Of executions that you ask for by hand: ${NOTIFY_EVENTS.join(', ')}; or ${NO_EVENTS}`,
        optional: true,
        many: true,
        completes: [...NOTIFY_EVENTS, NO_EVENTS],
      },
    },
    examples: [
      ['notify', 'Show what is chosen'],
      ['notify failure slow', 'Only when it fails, or runs longer than usual'],
      ['notify none', ''],
    ],
    run:
      ({ events }) =>
      (context) =>
        notify(context, events),
  }),
  command({
    name: 'notification',
    describe: 'Who was told what: list, resend (admins)',
    examples: [['notification list --state failed', '']],
    subcommands: [
      command({
        name: 'list',
        describe: 'List notifications, newest first',
        options: {
          state: { kind: 'text', choices: DELIVERY_STATES, describe: 'Only in this state' },
          channel: {
            kind: 'text',
            completes: ['mail', 'slack', 'webhook', 'callback'],
            describe: 'Only over this: mail, slack, webhook, callback or plugin:NAME',
          },
          execution: { kind: 'text', describe: 'Only of the execution with this id' },
          limit: LIMIT,
          all: ALL_PAGES,
        },
        examples: [
          ['notification list --state failed --channel mail', ''],
          ['notification list --execution 1234', ''],
        ],
        run: (given) => (context) => listNotifications(context, given),
      }),
      command({
        name: 'resend',
        describe: 'Send a notification again, under the same key',
        positionals: { id: { describe: 'Id of the notification' } },
        examples: [['notification resend 57', '']],
        run:
          ({ id }) =>
          (context) =>
            resendNotification(context, id),
      }),
    ],
  }),
];
