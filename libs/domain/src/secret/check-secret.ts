import type { ErrorDetail } from '../app-error.js';
import { describeEnvNameProblem, findEnvNameProblem } from '../proc/env-names.js';
import { describeEnvValueProblem } from '../proc/env-value.js';

/**
 * Characters, not counting white space around the value. Every place in a log where a secret's value appears is
 * masked: with a shorter one, such as `1`, the mask would destroy the log and tell the value.
 */
export const MIN_SECRET_LENGTH = 6;

/** What is wrong with a secret that somebody wants to set; empty if nothing is. Never shows the value. */
export function checkSecret(name: string, value: string): ErrorDetail[] {
  const nameProblem = findEnvNameProblem(name);
  const messages = [
    nameProblem === null ? null : describeEnvNameProblem(nameProblem),
    isLongEnoughToMask(value)
      ? null
      : `is too short: at least ${MIN_SECRET_LENGTH} characters are needed, because every occurrence in a log is masked; use a longer value, or an arg if it is no secret`,
    describeEnvValueProblem(value),
  ];
  return messages.filter((message) => message !== null).map((message) => ({ field: name, message }));
}

export function isLongEnoughToMask(value: string): boolean {
  return [...value.trim()].length >= MIN_SECRET_LENGTH;
}
