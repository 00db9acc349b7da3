import type { ExecutionReply } from '@app/contract';
import { isFinal, isSuccess } from '@app/domain';
import { plainLine } from './filter-controls.js';
import { formatFields } from './table.js';

/** `proctor status ID`. */
export function renderExecution(execution: ExecutionReply): string {
  const fields: Array<[string, string | undefined]> = [
    ['Id', String(execution.id)],
    ['Proc', plainLine(execution.job_name)],
    ['Status', execution.status],
    ['Exit code', execution.exit_code?.toString()],
    ['Reason', execution.reason && plainLine(execution.reason)],
    ['Image', plainLine(execution.image_tag)],
    ['Job', plainLine(execution.name)],
    ['User', execution.user_email && plainLine(execution.user_email)],
    ['Accepted', execution.created_at],
    ['Started', execution.started_at],
    ['Ended', execution.ended_at],
    ['Took', duration(execution)],
    ['Cancel asked', isFinal(execution.status) ? undefined : execution.cancel_requested_at],
  ];
  return formatFields(fields.filter((field): field is [string, string] => Boolean(field[1])));
}

/** How it ended, as one sentence: `Execution 7 of count-slowly: POD_FAILED (exit code 3, Error) after 1.2 s.` */
export function endLine(execution: ExecutionReply): string {
  const { exit_code, reason } = execution;
  const facts = [
    exit_code === undefined || isSuccess(execution.status) ? '' : `exit code ${exit_code}`,
    reason ? plainLine(reason) : '',
  ].filter(Boolean);
  const took = duration(execution);
  return [
    `Execution ${execution.id} of ${plainLine(execution.job_name)}: ${execution.status}`,
    facts.length > 0 ? ` (${facts.join(', ')})` : '',
    took ? ` after ${took}` : '',
    '.',
  ].join('');
}

function duration({ started_at, ended_at }: ExecutionReply): string | undefined {
  if (started_at === undefined || ended_at === undefined) return undefined;
  const ms = Date.parse(ended_at) - Date.parse(started_at);
  if (!(ms >= 0)) return undefined;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  return parts
    .map((part, index) => `${part} ${'h,min,s'.split(',')[index]}`)
    .slice(parts[0] === 0 ? 1 : 0)
    .join(' ');
}
