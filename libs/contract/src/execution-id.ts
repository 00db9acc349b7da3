import * as z from 'zod';
import { MAX_EXECUTION_ID } from './limits.js';

const NOT_AN_ID = 'Failed to translate path parameter to uint64';

/**
 * The id of an execution or schedule in a path or query: decimal digits up to uint64, normalized without leading zeros.
 * It may be larger than any id that can exist; check it with `isPossibleExecutionId` before it overflows a database
 * column.
 */
export const executionIdText = z
  .string()
  .regex(/^[0-9]{1,64}$/, { error: NOT_AN_ID, abort: true })
  .refine((digits) => BigInt(digits) < 2n ** 64n, { error: NOT_AN_ID, abort: true })
  .overwrite((digits) => BigInt(digits).toString());

/** Returns false for ids that no execution can have, so that callers can answer 404 without a query. */
export function isPossibleExecutionId(id: string): boolean {
  const value = BigInt(id);
  return value >= 1n && value <= BigInt(MAX_EXECUTION_ID);
}
