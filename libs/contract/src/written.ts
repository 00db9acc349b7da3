import { parse } from 'lossless-json';
import type * as z from 'zod';

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const YAML_NUMBER = /^\+?(-?)(\d*)\.?(\d*)((?:[eE][+-]?\d+)?)$/;
/** Also finds some texts inside strings; finds nothing only if JavaScript keeps every number's text. */
const MAY_LOSE_TEXT = /[[:,\s]-?(?:\d{16}|\d+[.eE]|(?<=-)0)/;
/** No stored text contains NUL, so this cannot be a user's text. */
const MARK = '\0number:';
const MARKED = /"\\(?:u0000|0)number:(-?[\d.eE+-]+)"/g;

/**
 * A number or boolean with the text that stands in a JSON or YAML document, where JavaScript would write another: `1.0`,
 * `1e3`, `12345678901234567890`, `007`.
 */
export class Written {
  constructor(
    readonly text: string,
    readonly value: number | boolean = Number(text),
  ) {}

  /** The text as JSON allows it: without the `+`, the zeros or the hexadecimal digits of YAML. Null: not a finite number. */
  get jsonNumber(): string | null {
    if (typeof this.value !== 'number' || !Number.isFinite(this.value)) return null;
    if (NUMBER.test(this.text)) return this.text;
    if (/^0[xo]/.test(this.text)) return BigInt(this.text).toString();
    const [, sign = '', integer = '', fraction = '', exponent = ''] = YAML_NUMBER.exec(this.text) ?? [];
    const digits = integer.replace(/^0+(?=\d)/, '') || '0';
    return `${sign}${digits}${fraction === '' ? '' : `.${fraction}`}${exponent}`;
  }

  /** For `stringifyJson`, which writes the number as it is. */
  toJSON(): unknown {
    const number = this.jsonNumber;
    return number === null ? this.value : MARK + number;
  }

  toString(): string {
    return this.text;
  }
}

/** A plain number if JavaScript writes it the same way. */
export function numberOf(text: string): number | Written {
  return String(Number(text)) === text ? Number(text) : new Written(text);
}

/**
 * Parses JSON like `JSON.parse`, with a `Written` for each number whose text would be lost. Throws `SyntaxError`, or
 * `RangeError` for one that is nested thousands of levels deep and contains such a number.
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // Ten times slower, so only where it makes a difference.
  if (!MAY_LOSE_TEXT.test(text)) return value;
  return parse(text, undefined, { parseNumber: numberOf, onDuplicateKey: ({ newValue }) => newValue });
}

/** `JSON.stringify`, with the text of each `Written`. */
export function stringifyJson(value: unknown): string {
  return restoreNumbers(JSON.stringify(value));
}

/** Puts the numbers back into JSON or YAML that was made of values with a `Written` in them. */
export function restoreNumbers(text: string): string {
  return text.includes('number:') ? text.replace(MARKED, '$1') : text;
}

/** A text that is refused for another reason, such as its length, must not become another text. */
const WRONG_KIND: ReadonlySet<string> = new Set(['invalid_type', 'invalid_union', 'invalid_value']);

/**
 * Parses a value that may contain `Written`: where the schema does not take the text, it gets the number or boolean.
 * Modifies `input`.
 */
export function parseWritten<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): z.ZodSafeParseResult<z.output<Schema>> {
  const root = { input };
  for (;;) {
    const result = schema.safeParse(root.input);
    const paths = (result.error?.issues ?? [])
      .filter(({ code }) => WRONG_KIND.has(code))
      .map(({ path }) => ['input', ...path]);
    if (!paths.map((path) => replaceWritten(root, path)).includes(true)) return result;
  }
}

/** Returns false if there is no `Written` at the path. */
function replaceWritten(root: object, path: readonly PropertyKey[]): boolean {
  const key = path.at(-1);
  let parent: unknown = root;
  for (const name of path.slice(0, -1)) parent = ownValue(parent, name);
  const written = key === undefined ? undefined : ownValue(parent, key);
  if (!(written instanceof Written)) return false;
  (parent as Record<PropertyKey, unknown>)[key as string] = written.value;
  return true;
}

function ownValue(of: unknown, key: PropertyKey): unknown {
  return typeof of === 'object' && of !== null && Object.hasOwn(of, key)
    ? (of as Record<PropertyKey, unknown>)[key]
    : undefined;
}
