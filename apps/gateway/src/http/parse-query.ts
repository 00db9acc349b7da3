import { detailsFromIssues } from '@app/contract';
import { AppError, type ErrorDetail } from '@app/domain';
import * as z from 'zod';

const SHOWN_CHARACTERS = 50;

/**
 * Parses a query by the route's schema. Refuses an unknown parameter: a typo in a filter must not return everything.
 * @throws AppError `malformed_request` with a detail for each invalid parameter
 */
export function parseQuery(schema: z.ZodType | undefined, query: unknown): unknown {
  if (!(schema instanceof z.ZodObject)) throw new Error('the route declares no query');
  const unknown = [...findUnknown(query, Object.keys(schema.shape)), ...findUnstorable(query)];
  const result = schema.safeParse(query);
  if (result.success && unknown.length === 0) return result.data;
  const details = result.success ? unknown : [...unknown, ...problemsOf(result.error)];
  throw new AppError('malformed_request', 'The query is invalid', { details });
}

function findUnknown(query: unknown, names: readonly string[]): ErrorDetail[] {
  const given = Object.keys(query ?? {}).filter((name) => !names.includes(name));
  return given.map((name) => ({
    field: name.slice(0, SHOWN_CHARACTERS),
    message: `unknown parameter; use ${names.join(', ')}`,
  }));
}

/** Postgres can neither store NUL nor compare with it. */
function findUnstorable(query: unknown): ErrorDetail[] {
  const given = Object.entries(query ?? {}) as [string, unknown][];
  const unstorable = given.filter(([, value]) => [value].flat().some((text) => String(text).includes('\0')));
  return unstorable.map(([name]) => ({
    field: name.slice(0, SHOWN_CHARACTERS),
    message: 'must not contain NUL',
  }));
}

function problemsOf({ issues }: z.ZodError): ErrorDetail[] {
  return detailsFromIssues(
    issues.map((issue) =>
      issue.code === 'invalid_type' ? { ...issue, message: 'must be given once' } : issue,
    ),
  );
}
