/** Something the user can act on: `message` says what was expected and found, `hint` what to do next. */
export class StartError extends Error {
  /** @param {string} message @param {string} [hint] @param {unknown} [cause] */
  constructor(message, hint, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StartError';
    this.hint = hint;
  }
}

/**
 * Runs a script's main function. A `StartError` is printed as a message and a hint, anything else with its stack;
 * both end the process with status 1.
 * @param {() => Promise<number | void>} main returns the exit status (0 if nothing)
 */
export async function runMain(main) {
  // `npm start | head`: nobody reads any more. That must neither end us at once nor be an error of ours.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    process.stderr.write(`\n${describeError(error)}\n`);
    process.exitCode = 1;
  }
}

/** @param {unknown} error @returns {string} lines for a terminal */
export function describeError(error) {
  const known = explainSystemError(error);
  if (known)
    return `error: ${known.message}${known.hint ? `\n  → ${known.hint.replaceAll('\n', '\n    ')}` : ''}`;
  return `error: ${error instanceof Error ? error.stack : String(error)}`;
}

/** @param {unknown} error @returns {StartError | undefined} */
function explainSystemError(error) {
  if (error instanceof StartError) return error;
  const { code, path } = /** @type {NodeJS.ErrnoException} */ (error ?? {});
  if (code === 'ENOSPC')
    return new StartError('the disk is full', 'Free some space (about 1 GB is needed) and try again.', error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new StartError(
      `no permission to write ${path ?? 'a file'} (${code})`,
      'The project folder must belong to you and be writable: check it with `ls -ld`, or clone it again.\n' +
        'A folder used as root before needs `chown -R` to your user.',
      error,
    );
  }
  return undefined;
}
