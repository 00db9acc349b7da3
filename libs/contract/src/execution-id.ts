import { z } from 'zod';
import { MAX_EXECUTION_ID } from './limits.js';

const NOT_AN_ID = 'Failed to translate path parameter to uint64';

/**
 * An id of an execution or schedule in a path or query: decimal digits, at most uint64, without leading zeros in the
 * result. It may be larger than any id that exists: `isPossibleExecutionId` says so before a database column
 * overflows.
 */
export const executionIdText = z
  .string()
  .regex(/^[0-9]{1,64}$/, { error: NOT_AN_ID, abort: true })
  .refine((digits) => BigInt(digits) < 2n ** 64n, { error: NOT_AN_ID, abort: true })
  .overwrite((digits) => BigInt(digits).toString());

/** False for ids that no execution can have: answer 404 without a look. */
export function isPossibleExecutionId(id: string): boolean {
  const value = BigInt(id);
  return value >= 1n && value <= BigInt(MAX_EXECUTION_ID);
}
