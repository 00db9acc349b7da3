import { detailsFromIssues, instantQuery, parseDurationMs } from '@app/contract';
import { AppError } from '@app/domain';
import type { z } from 'zod';

/** What the gateway is asked for: options that were not given are left out. */
export function queryOf(options: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(options).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Throws `invalid_args` with one detail per option that the route's schema refuses. */
export function checkQuery(schema: z.ZodType, query: Record<string, string>): void {
  const parsed = schema.safeParse(query);
  if (parsed.success) return;
  throw new AppError('invalid_args', "These options can't be used.", {
    details: detailsFromIssues(parsed.error.issues).map(({ field, message }) => ({
      field: `--${field.split('.')[0]}`,
      message,
    })),
  });
}

/** An instant as given, or a duration back from now: `2h` → RFC 3339. Throws `invalid_args` for anything else. */
export function readTime(option: string, text: string | undefined, nowMs: number): string | undefined {
  if (text === undefined) return undefined;
  const ms = parseDurationMs(text);
  const at = ms === null ? null : new Date(nowMs - ms);
  if (at !== null && !Number.isNaN(at.getTime()) && at.getTime() > 0) return at.toISOString();
  if (instantQuery.safeParse(text).success) return text;
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : '';
  if (instantQuery.safeParse(date).success) return date;
  throw new AppError('invalid_args', "These options can't be used.", {
    details: [
      {
        field: option,
        message:
          'must be a duration back from now such as 2h, a day such as 2026-01-31 or a time such as 2026-01-31T10:00:00Z',
      },
    ],
  });
}
