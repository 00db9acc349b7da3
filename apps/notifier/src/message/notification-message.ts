import type { OutboxEvent } from '@app/database';
import { isSuccess, originIds } from '@app/domain';
import { formatSpan } from './format-duration.js';
import { cut, oneLine, withoutLinks } from './plain-text.js';

/** The description of an event that each channel renders. All texts are one line, without control characters. */
export interface NotificationMessage {
  /** Without the prefix `[proctor]`. */
  headline: string;
  tone: 'good' | 'bad' | 'neutral';
  facts: readonly { label: string; value: string }[];
  args: readonly { name: string; value: string }[];
  /** The last lines of the log; empty without a log, and for events other than ends. */
  logLines: readonly string[];
  /** Where to see more; null without a public URL. */
  link: string | null;
}

export const HIDDEN_VALUE = '***';

const MAX_VALUE_CHARACTERS = 500;
const MAX_ARGS = 50;
/** Proctor's own words, or an image, which only admins choose. */
const OWN_FACTS: ReadonlySet<string> = new Set([
  'Execution',
  'Status',
  'Accepted',
  'Started',
  'Ended',
  'Image',
]);

/**
 * Describes an event. Pure.
 * @param publicUrl the address of the gateway, without a trailing slash; null: not configured
 */
export function describeEvent(
  event: OutboxEvent,
  logLines: readonly string[],
  publicUrl: string | null,
): NotificationMessage {
  const { execution, schedule } = event;
  return {
    headline: headlineOf(event),
    tone: toneOf(event),
    facts: factsOf(event).map(([label, value]) => ({
      label,
      value: OWN_FACTS.has(label) ? oneLine(value, MAX_VALUE_CHARACTERS) : inert(value),
    })),
    args: execution ? argsOf(execution) : [],
    logLines: event.name === 'ended' ? logLines.map(withoutLinks) : [],
    link: linkTo(publicUrl, execution, schedule),
  };
}

/** All given args in order, with the values of secret ones hidden. Pure. */
export function shownArgs(execution: NonNullable<OutboxEvent['execution']>): Record<string, string> {
  const secret = execution.secretArgNames.map((name) => [name, HIDDEN_VALUE] as const);
  return Object.fromEntries([...Object.entries(execution.args), ...secret]);
}

/** How long the execution ran, until its end or the event; null: it never started. Pure. */
export function durationMs({ execution, happenedAt }: OutboxEvent): number | null {
  if (!execution?.startedAt) return null;
  return Math.max(0, (execution.endedAt ?? happenedAt).getTime() - execution.startedAt.getTime());
}

/** How long it ran, for people; null: it never started. */
function spanOf({ execution, happenedAt }: OutboxEvent): string | null {
  return execution?.startedAt ? formatSpan(execution.startedAt, execution.endedAt ?? happenedAt) : null;
}

function headlineOf(event: OutboxEvent): string {
  const { execution, schedule } = event;
  const took = spanOf(event);
  const proc = oneLine(execution?.procName ?? schedule?.procName ?? 'a proc', 120);
  switch (event.name) {
    case 'ended':
      return `${proc} ${execution?.status ?? 'ended'}${took === null ? '' : ` after ${took}`}`;
    case 'started':
      return `${proc} started`;
    case 'slow': {
      const startedAt = execution?.startedAt;
      return `${proc} takes longer than usual${startedAt ? `: ${formatSpan(startedAt, event.happenedAt)} so far` : ''}`;
    }
    case 'schedule_paused':
      return `schedule of ${proc} was paused`;
  }
}

function toneOf({ name, execution }: OutboxEvent): NotificationMessage['tone'] {
  if (name === 'started') return 'neutral';
  return name === 'ended' && execution !== null && isSuccess(execution.status) ? 'good' : 'bad';
}

function factsOf(event: OutboxEvent): [string, string][] {
  const { execution, schedule, reason } = event;
  const facts: [string, string | number | null | undefined][] = [
    ['Proc', execution?.procName ?? schedule?.procName],
    ['Execution', execution?.id],
    ['Status', execution?.status],
    ['Reason', reason ?? execution?.reason],
    ['Exit code', execution?.exitCode],
    ['Took', event.name === 'ended' ? spanOf(event) : null],
    ['Requested by', execution?.userEmail ?? schedule?.userEmail],
    ['Accepted', execution?.createdAt.toISOString()],
    ['Started', execution?.startedAt?.toISOString()],
    ['Ended', execution?.endedAt?.toISOString()],
    ['Schedule', schedule?.id ?? (execution && originIds(execution.origin).scheduleId)],
    ['Tags', schedule?.tags],
    ['Image', execution?.image],
  ];
  return facts.flatMap(([label, value]) =>
    value === null || value === undefined || value === '' ? [] : [[label, String(value)] as [string, string]],
  );
}

function argsOf(execution: NonNullable<OutboxEvent['execution']>): { name: string; value: string }[] {
  const all = Object.entries(shownArgs(execution)).map(([name, value]) => ({
    name: withoutLinks(oneLine(name, 100)),
    value: inert(value),
  }));
  const left = all.length - MAX_ARGS;
  return left <= 0 ? all : [...all.slice(0, MAX_ARGS), { name: cut(`and ${left} more`, 100), value: '' }];
}

function inert(value: string): string {
  return withoutLinks(oneLine(value, MAX_VALUE_CHARACTERS));
}

/** A page of the console. */
function linkTo(
  publicUrl: string | null,
  execution: OutboxEvent['execution'],
  schedule: OutboxEvent['schedule'],
): string | null {
  if (publicUrl === null) return null;
  if (execution) return `${publicUrl}/console/executions/${execution.id}`;
  return schedule ? `${publicUrl}/console/schedules/${schedule.id}` : null;
}
