import { DELIVERY_STATES, NOTIFY_EVENTS } from '@app/domain';
import { NO_EVENTS } from '../args/read-notify-events.js';
import { listNotifications, resendNotification } from '../commands/notifications.js';
import { notify } from '../commands/notify.js';
import { command } from '../tree/command.js';
import { ALL_PAGES, LIMIT } from './shared-options.js';

export const notificationCommands = [
  command('notify', 'Show or choose which events you get email about', {
    positionals: {
      events: {
        description: `For executions you start yourself: ${NOTIFY_EVENTS.join(', ')}; or ${NO_EVENTS}`,
        optional: true,
        many: true,
        completes: [...NOTIFY_EVENTS, NO_EVENTS],
      },
    },
    examples: [
      ['notify', 'Show your choice'],
      ['notify failure slow', 'Email about failures, and about runs that take longer than usual'],
      ['notify none', 'No email'],
    ],
    run: (context, { events }) => notify(context, events),
  }),
  command('notification', 'List notifications or send one again: list, resend (admins)', {
    examples: [['notification list --state failed', '']],
    subcommands: [
      command('list', 'List notifications, newest first', {
        options: {
          state: { kind: 'text', choices: DELIVERY_STATES, description: 'Only notifications in this state' },
          channel: {
            kind: 'text',
            completes: ['mail', 'slack', 'webhook', 'callback'],
            description: 'Only this channel: mail, slack, webhook, callback or plugin:NAME',
          },
          execution: { kind: 'text', description: 'Only notifications about the execution with this id' },
          limit: LIMIT,
          all: ALL_PAGES,
        },
        examples: [
          ['notification list --state failed --channel mail', ''],
          ['notification list --execution 1234', ''],
        ],
        run: listNotifications,
      }),
      command('resend', 'Send a notification again; its recipient can recognize it as a repeat', {
        positionals: { id: { description: 'Id of the notification' } },
        examples: [['notification resend 57', '']],
        run: (context, { id }) => resendNotification(context, id),
      }),
    ],
  }),
];
