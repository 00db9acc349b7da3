import * as z from 'zod';
import { parseWritten } from './written.js';

/** How many problems an answer lists, and after how many a long list is not checked further. */
export const MAX_PROBLEMS = 100;

/** Refuses an object with too many entries before any entry is checked. zod itself does so only for lists. */
export function countFirst<Schema extends z.ZodType>(
  schema: Schema,
  max: number,
): z.ZodType<z.output<Schema>, z.input<Schema>> {
  const counted = z.preprocess((value, context) => {
    const count = typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
    if (count > max) context.addIssue({ code: 'custom', message: `must have at most ${max} entries` });
    return value;
  }, schema);
  // `z.preprocess` forgets what it takes.
  return counted as unknown as z.ZodType<z.output<Schema>, z.input<Schema>>;
}

/**
 * Makes a list stop at the item with the hundredth problem: each one costs far more than an item that is right. Modifies
 * the schema, whose items may contain `Written`.
 */
export function stopAtProblems<Item extends z.ZodType>(list: z.ZodArray<Item>): z.ZodArray<Item> {
  const parse = list._zod.parse.bind(list._zod);
  list._zod.parse = (payload, context) => {
    const items: unknown = payload.value;
    if (!Array.isArray(items)) return parse(payload, context);
    payload.value = [];
    for (const [index, item] of items.entries()) {
      const { data, error } = parseWritten(list.element, item);
      for (const issue of error?.issues ?? []) {
        payload.issues.push({ ...issue, path: [index, ...issue.path] } as z.core.$ZodRawIssue);
      }
      if (payload.issues.length >= MAX_PROBLEMS) return payload;
      (payload.value as unknown[]).push(data);
    }
    return payload;
  };
  return list;
}
