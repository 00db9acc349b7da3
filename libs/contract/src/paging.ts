import * as z from 'zod';
import { executionIdText } from './execution-id.js';
import { isStorable, NOT_STORABLE } from './text.js';
import { MAX_INTEGER, whole } from './whole-number.js';

export const MAX_PAGE = 500;
export const DEFAULT_PAGE = 50;

/** RFC 3339 instant, as text. */
export const instant = instantWith();

const pageSize = whole('limit', MAX_PAGE)
  .default(DEFAULT_PAGE)
  .describe(`Maximum entries per page, 1 to ${MAX_PAGE}. Default: ${DEFAULT_PAGE}.`);

const CURSOR = 'The `next` value of the previous page.';

/** For lists whose cursor is the id of the last item seen. `next` in a reply is the cursor of the next page. */
export const idPage = { limit: pageSize, cursor: executionIdText.describe(CURSOR).optional() };

/** For lists ordered by a number. The cursor is the last one seen. */
export const numberPage = {
  limit: pageSize,
  cursor: whole('cursor', MAX_INTEGER).describe(CURSOR).optional(),
};

const nameCursor = z.string().max(320).refine(isStorable, NOT_STORABLE);
/** For lists ordered by name or email. The cursor is the last one seen. */
export const namePage = { limit: pageSize, cursor: nameCursor.describe(CURSOR).optional() };

/** Omitted on the last page. */
export const next = z
  .string()
  .describe('The `cursor` of the next page. Omitted on the last page.')
  .optional();

/** A time in a query: an RFC 3339 instant. */
export const instantQuery = instantWith('must be a time such as 2026-01-31T10:00:00Z');

/** A list in a query: repeated, or once with commas. */
export function queryList<Item extends z.ZodType<unknown, string>>(item: Item, max: number) {
  return z.preprocess(
    (given: string | z.input<Item>[]) => (typeof given === 'string' ? given.split(',') : given),
    z
      .array(item)
      .min(1)
      .max(max)
      .describe('To give several, repeat the parameter or separate them with commas.'),
  );
}

/** A switch in a query: `?follow`, `?follow=true`, `?follow=false`. */
export const queryFlag = z
  .enum(['', 'true', 'false', '1', '0'], { error: 'must be true or false' })
  .transform((text) => text === '' || text === 'true' || text === '1');

/** Times are stored and shown in UTC, where the offset can move a four-digit year out of range. */
function instantWith(error?: string) {
  return z.iso.datetime({ offset: true, error, abort: true }).refine((text) => {
    const year = new Date(text).getUTCFullYear();
    return year >= 1 && year <= 9999;
  }, 'must be between the years 1 and 9999 in UTC');
}
