import { EXECUTION_STATUSES, GATE_NAMES } from '@app/domain';
import * as z from 'zod';
import { envValues } from './env-values.js';
import { executionIdText } from './execution-id.js';
import { MAX_EXECUTION_ID } from './limits.js';
import { idPage, instant, instantQuery, next, queryFlag, queryList } from './paging.js';
import { procName } from './proc-name.js';
import { email, isStorable, NOT_STORABLE } from './text.js';
import { MAX_INTEGER, whole } from './whole-number.js';

/** Body of `POST /execution`. Unknown fields are ignored. */
export const submitExecutionBody = z.object({
  name: procName.describe('Name of the proc.'),
  args: envValues,
  callback_url: z
    .string()
    .max(2000)
    .refine(isStorable, NOT_STORABLE)
    .nullish()
    .transform((url) => url || undefined)
    .describe('URL that is notified when the execution has ended.'),
});
export type SubmitExecutionBody = z.output<typeof submitExecutionBody>;

/** Body of `POST /execution/{id}/rerun`, which may be left out. */
export const rerunExecutionBody = z.object({
  args: envValues.describe(
    'Args that replace those of the earlier execution, or add to them. Other users than its own pass the secret ones here.',
  ),
});

const id = z.int().min(1).max(MAX_EXECUTION_ID);

/** An execution as clients see it. Optional fields are not in v2. */
export const executionReply = z.object({
  id,
  job_name: z.string().describe('Name of the proc.'),
  name: z.string().describe('Name of the Kubernetes Job.'),
  image_tag: z.string().describe('Image that the container runs.'),
  created_at: instant,
  updated_at: instant,
  status: z.enum(EXECUTION_STATUSES),
  exit_code: z.int().optional().describe('Omitted until the container has exited.'),
  reason: z
    .string()
    .optional()
    .describe('Why it ended, or what it waits for, in one line, such as `OOMKilled`.'),
  waits_until: instant
    .optional()
    .describe('When it ends if it still waits for that. Omitted while no limit runs.'),
  started_at: instant.optional(),
  ended_at: instant.optional(),
  user_email: z.string().optional(),
  cancel_requested_at: instant.optional(),
  cancel_requested_by: z.string().optional().describe('Email of the person who requested it.'),
  schedule_id: id.optional().describe('The schedule that started it.'),
  rerun_of: id.optional().describe('The execution of which this is a rerun.'),
});
export type ExecutionReply = z.output<typeof executionReply>;

const attempt = z.object({
  n: z.int().describe('Number of the attempt, from 1.'),
  pod_name: z.string(),
  started_at: instant.optional(),
  ended_at: instant.optional(),
  exit_code: z.int().optional(),
  reason: z.string().optional(),
});

/** Replaces values that are never shown. */
export const HIDDEN_VALUE = '***';

/** An execution in detail. */
export const executionDetailReply = executionReply.extend({
  args: z.record(z.string(), z.string()).describe('Args of type `secret` appear as `***`.'),
  proc_revision: z.int(),
  remote_address: z
    .string()
    .optional()
    .describe('Address that the request came from. Shown to the user who started it, and to admins.'),
  waiting_for: z
    .enum(GATE_NAMES)
    .optional()
    .describe('The gate at which the execution waits. Omitted once it is admitted to the queue.'),
  attempts: z.array(attempt).describe('One per pod, oldest first.'),
  rerun_args: z
    .array(z.string())
    .optional()
    .describe('Secret args that another user gave, so that the caller must pass them to run it again.'),
});
export type ExecutionDetailReply = z.output<typeof executionDetailReply>;

export const executionParams = z.object({ id: executionIdText });
/** Omitted: true. */
const reasons = queryFlag
  .describe(
    'While the execution waits, add a line `[proctor: waiting: REASON]` for each new reason (default true). It is not stored.',
  )
  .optional();

export const executionLogsQuery = z.object({
  context_id: executionIdText.describe('Id of the execution.'),
  reasons,
  from: whole('from', MAX_INTEGER).describe('The number of the first line. Default: 1.').optional(),
  numbered: queryFlag
    .default(false)
    .describe(
      'Each message is a JSON array of lines with their numbers and times, as in `GET /execution/{id}/log/lines`, and no reason is among them.',
    ),
});

/** `GET /execution`. Filters are combined with AND. */
export const listExecutionsQuery = z.object({
  proc: procName.optional().describe('Only executions of this proc.'),
  user: email.optional().describe('Only executions of the user with this email.'),
  status: queryList(
    z.enum(EXECUTION_STATUSES, { error: `status must be one of ${EXECUTION_STATUSES.join(', ')}` }),
    EXECUTION_STATUSES.length,
  ).optional(),
  schedule: executionIdText.optional().describe('Only executions of the schedule with this id.'),
  since: instantQuery.describe('Only executions accepted at or after this time.').optional(),
  until: instantQuery.describe('Only executions accepted before this time.').optional(),
  ...idPage,
});
export type ListExecutionsQuery = z.output<typeof listExecutionsQuery>;

/** The data of an event `executions` of `GET /events`. */
export const changedExecutions = z.object({ executions: z.array(executionReply) });

/** Newest first. */
export const listExecutionsReply = z.object({ executions: z.array(executionReply), next });

const UNITS_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Parses `90s`, `10m`, `2h30m` or `1d` into milliseconds. Returns null if the text is not a duration. */
export function parseDurationMs(text: string): number | null {
  if (!/^(\d{1,9}[smhd])+$/.test(text)) return null;
  const parts = text.match(/\d+[smhd]/g) ?? [];
  return parts.reduce((sum, part) => sum + parseInt(part, 10) * UNITS_MS[part.at(-1) as 's'], 0);
}

/** `GET /execution/{id}/log`. */
export const readLogQuery = z.object({
  tail: z
    .string()
    .regex(/^\d{1,7}$/, 'tail must be a number of lines, at most 9999999')
    .transform(Number)
    .describe('Return only the last N lines.')
    .optional(),
  since: z
    .string()
    .refine((text) => parseDurationMs(text) !== null || instantQuery.safeParse(text).success, {
      error: 'since must be a duration such as 10m or a time such as 2026-01-31T10:00:00Z',
    })
    .describe('Return only lines printed since this time, or within this duration before now, such as `10m`.')
    .optional(),
  follow: queryFlag.default(false).describe('Keep streaming until the execution ends.'),
  reasons,
});
export type ReadLogQuery = z.output<typeof readLogQuery>;
