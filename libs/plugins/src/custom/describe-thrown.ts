import { inspect, types } from 'node:util';

const MAX_CHARACTERS = 4_000;

/**
 * Describes a value thrown by foreign code, with its stack, for a log.
 * @param secret replaced by `***`, also in its URL-encoded form
 */
export function describeThrown(thrown: unknown, secret = ''): string {
  const whole = types.isNativeError(thrown) ? (thrown.stack ?? thrown.message) : safeInspect(thrown);
  const text = whole.replace(/\n +at .*node:internal.*/g, '');
  const forms = [secret, encodeURIComponent(secret.toWellFormed())].filter((form) => form !== '');
  return forms.reduce((hidden, form) => hidden.replaceAll(form, '***'), text).slice(0, MAX_CHARACTERS);
}

function safeInspect(value: unknown): string {
  try {
    return inspect(value, { depth: 1, maxStringLength: 1_000 });
  } catch {
    return 'a value that cannot be printed';
  }
}
