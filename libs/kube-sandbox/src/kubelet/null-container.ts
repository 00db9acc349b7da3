/** What a container of the null runtime does. Its environment may say otherwise. */
export interface NullContainer {
  /** How long it runs. */
  runMs: number;
  /** How many lines it writes, all of them when it starts, and how long each is without its newline. */
  logLines: number;
  lineBytes: number;
  exitCode: number;
}

export const DEFAULT_NULL_CONTAINER: NullContainer = { runMs: 0, logLines: 1, lineBytes: 32, exitCode: 0 };

/** By variable of the container's environment, so that an arg of a proc can set it. */
const FIELDS = {
  NULL_RUN_MS: 'runMs',
  NULL_LOG_LINES: 'logLines',
  NULL_LINE_BYTES: 'lineBytes',
  NULL_EXIT_CODE: 'exitCode',
} as const satisfies Record<string, keyof NullContainer>;

/** What the environment of a container changes of `base`. Throws an error that names a variable with no whole number. */
export function readNullContainer(base: NullContainer, env: ReadonlyMap<string, string>): NullContainer {
  const container = { ...base };
  for (const [name, field] of Object.entries(FIELDS)) {
    const text = env.get(name);
    if (text === undefined) continue;
    if (!/^\d{1,9}$/.test(text)) {
      throw new Error(`${name} must be a whole number from 0 to 999999999, not ${JSON.stringify(text)}`);
    }
    container[field] = Number(text);
  }
  return container;
}
