import { AppError, type ErrorDetail } from '@app/domain';

/**
 * `NAME=value` words, as in `proctor execute PROC NAME=value`. The first `=` separates; a value may be empty or
 * contain `=`. Throws `invalid_args` with one detail per wrong word.
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
    throw new AppError('invalid_args', "The arguments can't be understood.", {
      hint: 'Write each as NAME=value, in quotes if it has spaces: "NAME=some text".',
      details,
    });
  }
  return args;
}
