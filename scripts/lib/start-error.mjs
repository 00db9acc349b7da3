/** An error that the user can act on: `message` says what was expected and found, `hint` what to do. */
export class StartError extends Error {
  /** @param {string} message @param {string} [hint] @param {unknown} [cause] */
  constructor(message, hint, cause) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'StartError';
    this.hint = hint;
  }
}

/**
 * Runs a script's main function. Prints a `StartError` as message and hint, any other error with its stack, and exits
 * with status 1 after either.
 * @param {() => Promise<number | void>} main returns the exit status (0 if nothing)
 */
export async function runMain(main) {
  // With `npm start | head` the reader goes away; that must neither stop us at once nor count as an error.
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
  if (code === 'ENOSPC') return new StartError('the disk is full', 'Free about 1 GB and try again.', error);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new StartError(
      `no permission to write ${path ?? 'a file'} (${code})`,
      'The project folder must belong to you and be writable. Check it with `ls -ld`, or clone it again.\n' +
        'If root used it before, give it to your user with `chown -R`.',
      error,
    );
  }
  return undefined;
}
