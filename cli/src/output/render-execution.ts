import type { ExecutionDetailReply, ExecutionReply } from '@app/contract';
import { describeDuration, gateNamed, isFinal, isSuccess, LESS_THAN_A_SECOND, plainLine } from '@app/domain';
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
      describeDuration(attempt.started_at, attempt.ended_at) ?? '',
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
    describeDuration(started_at, end) ?? '',
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
    ['Took', describeDuration(execution.started_at, execution.ended_at)],
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
  const took = describeDuration(execution.started_at, execution.ended_at);
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
