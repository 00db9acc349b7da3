import * as z from 'zod';
import { instant } from './paging.js';
import { isStorable, NOT_STORABLE } from './text.js';
import { MAX_INTEGER, whole } from './whole-number.js';

const MAX_LINES = 5_000;
const DEFAULT_LINES = 500;
const MAX_SEARCH_LENGTH = 500;
const MAX_MATCHES = 1_000;
const DEFAULT_MATCHES = 200;

/** `GET /execution/{id}/log/lines` */
export const logLinesQuery = z
  .object({
    from: whole('from', MAX_INTEGER).describe('The first line.').optional(),
    to: whole('to', MAX_INTEGER).describe('The last line. Default: the last one of the log.').optional(),
    lines: whole('lines', MAX_LINES)
      .default(DEFAULT_LINES)
      .describe(`Maximum lines, 1 to ${MAX_LINES}. Default: ${DEFAULT_LINES}.`),
  })
  .refine(({ from, to }) => from === undefined || to === undefined, {
    error: 'give from or to, and how many lines',
    path: ['to'],
  });

const lineNumber = z
  .int()
  .describe('From 1; never changes. A very long line takes several numbers; dropped lines leave a hole.');

export const logLine = z.object({
  n: lineNumber,
  text: z.string(),
  printed_at: instant.optional(),
  kind: z
    .string()
    .optional()
    .describe(
      '`gap`: lines are missing here. `cut`: from here on, only the end of the log is kept. Omitted: text.',
    ),
  continues: z.literal(true).optional().describe('The line continues in the next one.'),
});
export type LogLine = z.output<typeof logLine>;

export const logLinesReply = z.object({
  lines: z.array(logLine),
  last: z.int().describe('The last line that is stored; 0: none.'),
  has_ended: z.boolean().describe('Whether the execution has ended, so that no line will follow.'),
});

/** `GET /execution/{id}/log/search` */
export const searchLogQuery = z.object({
  q: z
    .string()
    .min(1, 'q must have at least one character')
    .max(MAX_SEARCH_LENGTH, `q must have at most ${MAX_SEARCH_LENGTH} characters`)
    .refine(isStorable, NOT_STORABLE)
    .describe('The text to find. Upper and lower case are the same, unless it has upper case.'),
  from: whole('from', MAX_INTEGER).describe('The first line to return. Default: 1.').default(1),
  limit: whole('limit', MAX_MATCHES)
    .default(DEFAULT_MATCHES)
    .describe(`Maximum matches, 1 to ${MAX_MATCHES}. Default: ${DEFAULT_MATCHES}.`),
});

export const searchLogReply = z.object({
  count: z.int().describe('How many lines of the whole log match.'),
  matches: z.array(
    z.object({ n: lineNumber, text: z.string().describe('The line, or its first 1,000 characters.') }),
  ),
  next: z.int().optional().describe('The `from` of the next matches. Omitted if there are none.'),
});
