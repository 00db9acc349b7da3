import type { ErrorDetail } from '../app-error.js';
import { describeEnvNameProblem, findEnvNameProblem } from '../proc/env-names.js';
import { describeEnvValueProblem } from '../proc/env-value.js';

/**
 * In characters, not counting whitespace around the value. Every occurrence of a secret in a log is masked; masking a
 * shorter value, such as `1`, would destroy the log and reveal the value.
 */
export const MIN_SECRET_LENGTH = 6;

/** Lists the problems of a secret to be set. Empty if it is valid. Never shows the value. */
export function checkSecret(name: string, value: string): ErrorDetail[] {
  const nameProblem = findEnvNameProblem(name);
  const messages = [
    nameProblem === null ? null : describeEnvNameProblem(nameProblem),
    isLongEnoughToMask(value)
      ? null
      : `is too short: at least ${MIN_SECRET_LENGTH} characters are needed, because every occurrence in a log is masked; use a longer value, or an arg if it is not secret`,
    describeEnvValueProblem(value),
  ];
  return messages.filter((message) => message !== null).map((message) => ({ field: name, message }));
}

export function isLongEnoughToMask(value: string): boolean {
  return [...value.trim()].length >= MIN_SECRET_LENGTH;
}
