import { AppError, type ErrorDetail } from '@app/domain';

/**
 * Parses `NAME=value` words, as in `proctor execute PROC NAME=value`. The first `=` separates name and value; a value may
 * be empty or contain `=`. Throws `invalid_args` with one detail per invalid word.
 */
export function parseArgWords(words: readonly string[]): Record<string, string> {
  const args = Object.create(null) as Record<string, string>;
  const details: ErrorDetail[] = [];
  for (const word of words) {
    const separator = word.indexOf('=');
    const name = word.slice(0, separator);
    if (separator < 1) {
      details.push({ field: word, message: 'expected NAME=value' });
    } else if (Object.hasOwn(args, name)) {
      details.push({ field: name, message: 'given twice' });
    } else {
      args[name] = word.slice(separator + 1);
    }
  }
  if (details.length > 0) {
    throw new AppError('invalid_args', 'Invalid arguments.', {
      hint: 'Write each as NAME=value, in quotes if it contains spaces: "NAME=some text".',
      details,
    });
  }
  return args;
}
