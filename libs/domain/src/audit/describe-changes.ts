/** A value as an audit entry has it: longer ones are cut, lists and objects are JSON text. */
export type ChangedValue = string | number | boolean | null;

/** By field, such as `cron` or `args.A`. Null: there was no such field, or there is none any more. */
export type Changes = Readonly<Record<string, { from: ChangedValue; to: ChangedValue }>>;

const MAX_FIELDS = 50;
const MAX_CHARACTERS = 300;
const MAX_NAME_CHARACTERS = 200;

/**
 * The fields that differ, with their old and new values, bounded in number and size. Fields of objects, and items of lists
 * that have a name, are compared one by one. The caller has hidden what is secret. Pure.
 * @param before null: it did not exist @param after null: it does not exist any more
 */
export function describeChanges(before: object | null, after: object | null): Changes {
  const [old, now] = [flatten(before), flatten(after)];
  const changed = [...new Set([...old.keys(), ...now.keys()])].filter(
    (name) => old.get(name) !== now.get(name),
  );
  const shown = changed
    .slice(0, MAX_FIELDS)
    .map((name): [string, Changes[string]] => [
      cut(name, MAX_NAME_CHARACTERS),
      { from: show(old.get(name)), to: show(now.get(name)) },
    ]);
  const more = changed.length - shown.length;
  return Object.fromEntries(
    more === 0 ? shown : [...shown, ['…', { from: null, to: `${more} more fields` }]],
  );
}

/** Leaves by their path, as JSON text. An empty list or object is a leaf. */
function flatten(value: unknown, path = '', leaves = new Map<string, string>()): Map<string, string> {
  const fields = fieldsOf(value);
  if (fields === null || (fields.length === 0 && path !== '')) {
    const text = JSON.stringify(value);
    if (text !== undefined && text !== 'null') leaves.set(path, text);
    return leaves;
  }
  for (const [name, field] of fields) flatten(field, path === '' ? name : `${path}.${name}`, leaves);
  return leaves;
}

/** Null: a leaf. */
function fieldsOf(value: unknown): [string, unknown][] | null {
  if (typeof value !== 'object' || value === null || value instanceof Date) return null;
  if (!Array.isArray(value)) return Object.entries(value);
  const names = value.map(nameOf);
  const areDistinct = names.every((name) => name !== null) && new Set(names).size === names.length;
  return areDistinct && names.length > 0 ? value.map((item, at) => [names[at] ?? '', item]) : null;
}

function nameOf(item: unknown): string | null {
  if (typeof item !== 'object' || item === null || !('name' in item)) return null;
  return typeof item.name === 'string' ? item.name : null;
}

function show(json: string | undefined): ChangedValue {
  if (json === undefined) return null;
  const value = JSON.parse(json) as unknown;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return cut(typeof value === 'string' ? value : json, MAX_CHARACTERS);
}

function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  // Postgres refuses half a surrogate pair.
  const head = text.slice(0, max).replace(/[\ud800-\udbff]$/, '');
  return `${head}… (${text.length} characters)`;
}
