const levelNames = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };
const levelColours = { debug: 2, trace: 2, warn: 33, error: 31, fatal: 31 };
const serviceColours = [36, 35, 32, 34, 33, 96, 95, 92];
/** Fields that are shown elsewhere or never differ between lines of a process. */
const constantFields = new Set([
  'level',
  'time',
  'pid',
  'hostname',
  'service',
  'name',
  'msg',
  'v',
  'err',
  'error',
]);

/** Escapes control sequences: a log may repeat what a user sent, and the terminal must not obey it. @param {string} text */
export function withoutControls(text) {
  return text.replace(/\p{Cc}/gu, (char) =>
    char === '\n' || char === '\t' ? char : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

/**
 * Renders a line of a service's log for people: `20:15:01 WARN message key=value`, with an error's stack below it.
 * Lines that are not JSON log entries are only escaped.
 * @param {string} line @param {{ colour: boolean }} options @returns {string} one or more lines
 */
export function formatLogLine(line, { colour }) {
  const entry = parseEntry(line);
  if (!entry) return withoutControls(line);
  const paint = (/** @type {number} */ code, /** @type {string} */ text) =>
    colour ? `\x1b[${code}m${text}\x1b[0m` : text;
  const level = String(levelNames[/** @type {10} */ (entry.level)] ?? entry.level);
  const time = formatTime(entry.time);
  const fields = Object.entries(entry)
    .filter(([key]) => !constantFields.has(key))
    .map(([key, value]) =>
      paint(2, withoutControls(`${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)),
    );
  const shownLevel =
    level === 'info' ? [] : [paint(levelColours[/** @type {'warn'} */ (level)] ?? 0, level.toUpperCase())];
  const head = [
    paint(2, time),
    ...shownLevel,
    withoutControls(String(/** @type {string | undefined} */ (entry.msg) ?? '')),
    ...fields,
  ]
    .filter(Boolean)
    .join(' ');
  const error = /** @type {{ stack?: string, message?: string } | undefined} */ (entry.err ?? entry.error);
  const trace = error?.stack ?? error?.message;
  return typeof trace === 'string' ? `${head}\n${withoutControls(trace).replace(/^/gm, '  ')}` : head;
}

/** @param {string} line @returns {Record<string, unknown> | undefined} */
function parseEntry(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    const entry = JSON.parse(line);
    return entry && typeof entry === 'object' && 'level' in entry ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** @param {unknown} time ISO 8601 or milliseconds since 1970 @returns {string} local time of day, or '' */
function formatTime(time) {
  const date = new Date(/** @type {string | number} */ (time));
  return Number.isNaN(date.getTime()) ? '' : date.toTimeString().slice(0, 8);
}

/**
 * Puts the service's name before each line, in its own colour.
 * @param {string} name @param {number} index @param {string} text @param {{ colour: boolean, width: number }} options
 */
export function prefixLines(name, index, text, { colour, width }) {
  const padded = name.padEnd(width);
  const prefix = colour
    ? `\x1b[${serviceColours[index % serviceColours.length]}m${padded} │\x1b[0m `
    : `${padded} │ `;
  return text.replace(/^/gm, () => prefix);
}
