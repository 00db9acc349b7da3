import { MISFIRE_POLICIES, NOTIFY_EVENTS, OVERLAP_POLICIES } from '@app/domain';
import { NO_EVENTS } from '../args/read-notify-events.js';

const GROUP = { kind: 'text', alias: 'g', description: 'Group that it belongs to' } as const;
const NOTIFY = { kind: 'text', alias: 'n', description: 'Emails to notify, with commas' } as const;
const TAGS = { kind: 'text', alias: 'T', description: 'Tags, with commas' } as const;

const HOW = {
  cron: {
    kind: 'text',
    alias: 'c',
    description: 'When: five fields, six with seconds first, or @daily and such',
  },
  at: { kind: 'text', description: 'Once, instead of -c: 2026-12-24T18:00:00+01:00, or 2h (from now on)' },
  'time-zone': {
    kind: 'text',
    description: 'Whose clock it goes by: Europe/Berlin, local (yours); else UTC',
  },
  overlap: {
    kind: 'text',
    choices: OVERLAP_POLICIES,
    description: 'While the run before it goes on: run both, leave it out, or wait (default allow)',
  },
  misfire: {
    kind: 'text',
    choices: MISFIRE_POLICIES,
    description: 'What nobody fired in time: leave out, the latest one, or all (default once)',
  },
  grace: { kind: 'text', description: 'How late is still in time: 90s, 10m, at most 7d (default 60s)' },
  'notify-on': {
    kind: 'texts',
    completes: [...NOTIFY_EVENTS, NO_EVENTS],
    description: `What the emails are told: ${NOTIFY_EVENTS.join(', ')}; with commas; or ${NO_EVENTS}`,
  },
  blackout: {
    kind: 'texts',
    description: "When not: 'mon-fri 22:00-06:00' or INSTANT/INSTANT; may be given several times",
  },
} as const;

/** What a new schedule takes. */
export const WHEN_AND_HOW = {
  ...HOW,
  group: { ...GROUP, required: true },
  notify: { ...NOTIFY, required: true },
  tags: { ...TAGS, required: true },
} as const;

/** What a schedule can be changed in. */
export const CHANGEABLE = { ...HOW, group: GROUP, notify: NOTIFY, tags: TAGS } as const;
