import { EXECUTION_STATUSES } from '@app/domain';
import { z } from 'zod';
import { envValues } from './env-values.js';
import { MAX_EXECUTION_ID } from './limits.js';
import { procName } from './proc-name.js';

/** Body of `POST /execution`. Unknown fields are ignored. */
export const submitExecutionBody = z.object({
  name: procName,
  args: envValues,
  /** v2's field; the address is checked where it is called, not here. */
  callback_url: z
    .string()
    .max(2000)
    .nullish()
    .transform((url) => url || undefined),
});
export type SubmitExecutionBody = z.output<typeof submitExecutionBody>;

/** RFC 3339 instant. */
const instant = z.iso.datetime({ offset: true });

/** An execution as clients see it. `name` is the name of the Kubernetes Job. The optional fields are not in v2. */
export const executionReply = z.object({
  id: z.int().min(1).max(MAX_EXECUTION_ID),
  job_name: z.string(),
  name: z.string(),
  image_tag: z.string(),
  created_at: instant,
  updated_at: instant,
  status: z.enum(EXECUTION_STATUSES),
  /** Left out while there is none. */
  exit_code: z.int().optional(),
  /** Why it ended as it did, one line for people, e.g. `OOMKilled`. */
  reason: z.string().optional(),
  started_at: instant.optional(),
  ended_at: instant.optional(),
  user_email: z.string().optional(),
  cancel_requested_at: instant.optional(),
});
export type ExecutionReply = z.output<typeof executionReply>;

/**
 * An execution id in a path or query: decimal digits, at most uint64, without leading zeros in the result. It may
 * be larger than any id that exists: `isPossibleExecutionId` says so before a database column overflows.
 */
export const executionIdText = z
  .string()
  .refine((digits) => /^[0-9]{1,64}$/.test(digits) && BigInt(digits) < 2n ** 64n, {
    error: 'Failed to translate path parameter to uint64',
    abort: true,
  })
  .overwrite((digits) => BigInt(digits).toString());

/** False for ids that no execution can have: answer 404 without a look. */
export function isPossibleExecutionId(id: string): boolean {
  const value = BigInt(id);
  return value >= 1n && value <= BigInt(MAX_EXECUTION_ID);
}

export const executionParams = z.object({ id: executionIdText });
export const executionLogsQuery = z.object({ context_id: executionIdText });
