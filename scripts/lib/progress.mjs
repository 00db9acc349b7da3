/** Whether escape sequences may be written: https://no-color.org, and terminals that understand none. */
export const hasEscapes =
  process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb';

/** @param {number} code @param {string} text */
const paint = (code, text) => (hasEscapes ? `\x1b[${code}m${text}\x1b[0m` : text);

/** @type {Map<() => void, string>} the steps that run: what ends the line, and the title */
const running = new Map();
/** @type {NodeJS.WritableStream} */
let out = process.stdout;

/** Redirects progress, for programs whose standard output others read. @param {NodeJS.WritableStream} stream */
export const showProgressOn = (stream) => void (out = stream);

/** Prints a line above that of a running step. @param {string} text */
export const say = (text) => void out.write(`${clearLine()}${text}\n`);

/** Steps that run at once share the line. */
const clearLine = () => (hasEscapes && running.size > 0 ? '\r\x1b[K' : '');

/** Resolves when all that was printed is written: a process that exits drops what a pipe has not taken yet. */
export const flush = () => new Promise((resolve) => out.write('', resolve));

/** @param {string} text */
export const dim = (text) => paint(2, text);
/** @param {string} text */
export const green = (text) => paint(32, text);
/** @param {string} text */
export const red = (text) => paint(31, text);

/** @param {number} ms @returns {string} `0.4 s`, `1 min 5 s` */
export function duration(ms) {
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Ends the lines of the steps that run: the user sees what was interrupted. Their work may go on, but shows no more. */
export function interruptSteps() {
  for (const end of running.keys()) end();
}

/**
 * Runs a step and prints one line with its duration. A terminal shows the elapsed time; elsewhere a step that takes
 * more than 5 s prints once that it is running.
 * @template T
 * @param {string} title
 * @param {(note: (text: string) => void) => Promise<T> | T} work `note` adds a remark to the line
 * @returns {Promise<T>} the result of `work`; an error of `work` is thrown after the line is printed
 */
export async function step(title, work) {
  const startedAt = performance.now();
  const elapsed = () => duration(performance.now() - startedAt);
  /** @type {string[]} */
  const notes = [];
  const timer = hasEscapes
    ? setInterval(() => out.write(`\r\x1b[K… ${[...running.values()].join(', ')} ${dim(elapsed())}`), 100)
    : setTimeout(() => say(`… ${title}`), 5_000);
  /** @param {string} mark */
  const end = (mark) => {
    clearInterval(timer);
    if (!running.has(interrupt)) return;
    const cleared = clearLine();
    running.delete(interrupt);
    const note = notes.length ? ` ${dim(`(${notes.join('; ')})`)}` : '';
    out.write(`${cleared}${mark} ${title}${note} ${dim(elapsed())}\n`);
  };
  const interrupt = () => {
    notes.push('interrupted');
    end(red('✘'));
  };
  running.set(interrupt, title);
  let mark = red('✘');
  try {
    const result = await work((text) => void notes.push(text));
    mark = green('✔');
    return result;
  } finally {
    end(mark);
  }
}
