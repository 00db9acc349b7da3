import type { ExecutionDetailReply, ExecutionReply } from '@app/contract';
import { gateNamed, isFinal, isSuccess } from '@app/domain';
import { plainLine } from './filter-controls.js';
import { formatFields, formatTable } from './table.js';

type Fields = Array<[string, string | undefined]>;

/** `proctor status ID`. */
export function renderExecution(execution: ExecutionReply): string {
  return formatPresent(fieldsOf(execution));
}

/** `proctor status ID --details`. */
export function renderExecutionDetails(execution: ExecutionDetailReply): string {
  const { args, attempts } = execution;
  const sections = [
    formatPresent([
      ...fieldsOf(execution),
      ['From', execution.remote_address && plainLine(execution.remote_address)],
      ['Proc revision', String(execution.proc_revision)],
      ['Waiting for', execution.waiting_for && gateNamed(execution.waiting_for).waitsFor],
      ['Schedule', execution.schedule_id?.toString()],
      ['Rerun of', execution.rerun_of?.toString()],
    ]),
  ];
  const names = Object.keys(args).sort();
  if (names.length > 0) {
    const rows = names.map((name) => [`  ${plainLine(name)}`, plainLine(args[name] ?? '')] as const);
    sections.push(`Arguments:\n${formatFields(rows)}`);
  }
  if (attempts.length > 0) {
    const rows = attempts.map((attempt) => [
      String(attempt.n),
      plainLine(attempt.pod_name),
      shortTime(attempt.started_at),
      durationOf(attempt) ?? '',
      attempt.exit_code?.toString() ?? '',
      plainLine(attempt.reason ?? ''),
    ]);
    const header = ['ATTEMPT', 'POD', 'STARTED', 'TOOK', 'EXIT CODE', 'REASON'];
    sections.push(formatTable(header, rows));
  }
  return sections.join('\n');
}

export const HISTORY_HEADER = ['ID', 'PROC', 'STATUS', 'USER', 'STARTED', 'DURATION'];

/** How much of a reason a row shows. */
const MAX_REASON_CHARACTERS = 60;

/**
 * A row of `proctor history`. The duration of a running execution is counted until `nowMs`. What an execution waits for
 * follows the last column.
 */
export function historyRow(execution: ExecutionReply, nowMs: number): string[] {
  const { started_at, ended_at } = execution;
  const end = ended_at ?? (isFinal(execution.status) ? undefined : new Date(nowMs).toISOString());
  return [
    String(execution.id),
    plainLine(execution.job_name),
    execution.status,
    plainLine(execution.user_email ?? ''),
    shortTime(started_at),
    durationOf({ started_at, ended_at: end }) ?? '',
    ...waitOf(execution),
  ];
}

function waitOf({ status, reason }: ExecutionReply): string[] {
  if (reason === undefined || isFinal(status)) return [];
  const line = plainLine(reason);
  const isLong = line.length > MAX_REASON_CHARACTERS;
  return [`waiting: ${isLong ? `${line.slice(0, MAX_REASON_CHARACTERS).toWellFormed()}…` : line}`];
}

function formatPresent(fields: Fields): string {
  return formatFields(fields.filter((field): field is [string, string] => Boolean(field[1])));
}

function fieldsOf(execution: ExecutionReply): Fields {
  return [
    ['Id', String(execution.id)],
    ['Proc', plainLine(execution.job_name)],
    ['Status', execution.status],
    ['Exit code', execution.exit_code?.toString()],
    ['Reason', execution.reason && plainLine(execution.reason)],
    ['Waits until', isFinal(execution.status) ? undefined : execution.waits_until],
    ['Image', plainLine(execution.image_tag)],
    ['Job', plainLine(execution.name)],
    ['User', execution.user_email && plainLine(execution.user_email)],
    ['Accepted', execution.created_at],
    ['Started', execution.started_at],
    ['Ended', execution.ended_at],
    ['Took', durationOf(execution)],
    ['Cancel requested', isFinal(execution.status) ? undefined : cancelRequest(execution)],
  ];
}

function cancelRequest({ cancel_requested_at, cancel_requested_by }: ExecutionReply): string | undefined {
  if (cancel_requested_at === undefined || cancel_requested_by === undefined) return cancel_requested_at;
  return `${cancel_requested_at} by ${plainLine(cancel_requested_by)}`;
}

/** The end as one sentence: `Execution 7 of count-slowly: POD_FAILED (exit code 3, Error) after 1.2 s.` */
export function endLine(execution: ExecutionReply): string {
  const { exit_code, reason } = execution;
  const facts = [
    exit_code === undefined || isSuccess(execution.status) ? '' : `exit code ${exit_code}`,
    reason ? plainLine(reason) : '',
  ].filter(Boolean);
  const took = durationOf(execution);
  return [
    `Execution ${execution.id} of ${plainLine(execution.job_name)}: ${execution.status}`,
    facts.length > 0 ? ` (${facts.join(', ')})` : '',
    took === undefined ? '' : took === LESS_THAN_A_SECOND ? ' in less than 1 s' : ` after ${took}`,
    '.',
  ].join('');
}

/** To the second: `2026-01-31T10:00:00Z`. */
export function shortTime(instant: string | undefined): string {
  return instant === undefined ? '' : instant.replace(/\.\d+/, '');
}

interface Span {
  started_at?: string | undefined;
  ended_at?: string | undefined;
}

const LESS_THAN_A_SECOND = '< 1 s';

/** Kubernetes' times are whole seconds: a duration that begins or ends with one has no tenths. */
function durationOf({ started_at, ended_at }: Span): string | undefined {
  if (started_at === undefined || ended_at === undefined) return undefined;
  const [startMs, endMs] = [Date.parse(started_at), Date.parse(ended_at)];
  const ms = endMs - startMs;
  if (!(ms >= 0)) return undefined;
  const isInSeconds = startMs % 1000 === 0 || endMs % 1000 === 0;
  if (isInSeconds && ms < 1000) return LESS_THAN_A_SECOND;
  const seconds = ms / 1000;
  if (seconds < 60) return isInSeconds ? `${Math.floor(seconds)} s` : `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return parts
    .map((part, index) => `${part} ${'h,min,s'.split(',')[index]}`)
    .slice(parts[0] === 0 ? 1 : 0)
    .join(' ');
}
