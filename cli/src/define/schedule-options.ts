import { MISFIRE_POLICIES, NOTIFY_EVENTS, OVERLAP_POLICIES } from '@app/domain';
import { NO_EVENTS } from '../args/read-notify-events.js';

const GROUP = { kind: 'text', alias: 'g', description: 'Group the schedule belongs to' } as const;
const NOTIFY = {
  kind: 'text',
  alias: 'n',
  description: 'Email addresses to notify, separated by commas',
} as const;
const TAGS = { kind: 'text', alias: 'T', description: 'Tags, separated by commas' } as const;

const TIMING = {
  cron: {
    kind: 'text',
    alias: 'c',
    description: 'When to run: five fields, six with seconds first, or a name such as @daily',
  },
  at: {
    kind: 'text',
    description: 'Run once, instead of --cron: 2026-12-24T18:00:00+01:00, or 2h (from now)',
  },
  'time-zone': {
    kind: 'text',
    description: 'Time zone: a name such as Europe/Berlin, or local for yours (default UTC)',
  },
  overlap: {
    kind: 'text',
    choices: OVERLAP_POLICIES,
    description: 'If the previous run is still going: allow both, skip, or queue (default allow)',
  },
  misfire: {
    kind: 'text',
    choices: MISFIRE_POLICIES,
    description: 'Missed runs: skip them, run the latest once, or run all (default once)',
  },
  grace: {
    kind: 'text',
    description: 'How late a run may start before it counts as missed: 90s, 10m, at most 7d (default 60s)',
  },
  'notify-on': {
    kind: 'texts',
    completes: [...NOTIFY_EVENTS, NO_EVENTS],
    description: `Events to send email about, separated by commas: ${NOTIFY_EVENTS.join(', ')}; or ${NO_EVENTS}`,
  },
  blackout: {
    kind: 'texts',
    description: "Blackout window: 'mon-fri 22:00-06:00' or INSTANT/INSTANT; repeatable",
  },
} as const;

/** Options of a new schedule. */
export const NEW_SCHEDULE = {
  ...TIMING,
  group: { ...GROUP, required: true },
  notify: { ...NOTIFY, required: true },
  tags: { ...TAGS, required: true },
} as const;

/** Options that change a schedule. */
export const SCHEDULE_CHANGES = { ...TIMING, group: GROUP, notify: NOTIFY, tags: TAGS } as const;
