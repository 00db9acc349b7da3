import { detailsFromIssues, instantQuery, parseDurationMs } from '@app/contract';
import { AppError } from '@app/domain';
import type * as z from 'zod';

export const INVALID_OPTIONS = 'Invalid options.';

/**
 * The options that were given, as the query that the route's schema accepts. Throws `invalid_args` with one detail per
 * option that it refuses.
 */
export function readQuery<Schema extends z.ZodType>(
  schema: Schema,
  options: Partial<Record<keyof z.input<Schema>, string | undefined>>,
): z.input<Schema> {
  const query = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const parsed = schema.safeParse(query);
  if (parsed.success) return query as z.input<Schema>;
  throw new AppError('invalid_args', INVALID_OPTIONS, {
    details: detailsFromIssues(parsed.error.issues).map(({ field, message }) => ({
      field: `--${field.split('.')[0]}`,
      message,
    })),
  });
}

/** `2h` (ago), a day or an instant as an RFC 3339 instant. Throws `invalid_args` for anything else. */
export function readTime(option: string, text: string | undefined, nowMs: number): string | undefined {
  if (text === undefined) return undefined;
  const ms = parseDurationMs(text);
  const at = ms === null ? null : new Date(nowMs - ms);
  if (at !== null && !Number.isNaN(at.getTime()) && at.getTime() > 0) return at.toISOString();
  if (instantQuery.safeParse(text).success) return text;
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : '';
  if (instantQuery.safeParse(date).success) return date;
  throw new AppError('invalid_args', INVALID_OPTIONS, {
    details: [
      {
        field: option,
        message:
          'must be a time such as 2026-01-31T10:00:00Z, a day such as 2026-01-31, or a duration back from now such as 2h',
      },
    ],
  });
}
