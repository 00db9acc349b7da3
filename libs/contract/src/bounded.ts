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

/** zod passes it on to the lists. */
type PausingContext = z.core.ParseContextInternal & { pause?: () => Promise<void> };

/**
 * Parses a body as `parseWritten` does, which may be a long list.
 * @param pause awaited between the items of lists that `stopAtProblems` has made
 */
export function parseWrittenSlowly<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  pause: () => Promise<void>,
): Promise<z.ZodSafeParseResult<z.output<Schema>>> {
  const context: Partial<PausingContext> = { pause };
  return schema.safeParseAsync(input, context as z.core.ParseContext<z.core.$ZodIssue>);
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
    const parsed: unknown[] = [];
    payload.value = parsed;
    /** Returns whether to go on. */
    const parseItem = (item: unknown, index: number): boolean => {
      const { data, error } = parseWritten(list.element, item);
      for (const issue of error?.issues ?? []) {
        payload.issues.push({ ...issue, path: [index, ...issue.path] } as z.core.$ZodRawIssue);
      }
      parsed.push(data);
      return payload.issues.length < MAX_PROBLEMS;
    };
    const { pause } = context as PausingContext;
    if (!context.async || !pause) {
      items.every(parseItem);
      return payload;
    }
    return (async () => {
      for (const [index, item] of items.entries()) {
        await pause();
        if (!parseItem(item, index)) break;
      }
      return payload;
    })();
  };
  return list;
}
