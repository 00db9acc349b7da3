import type { ErrorDetail } from '../app-error.js';
import { quoteForMessage } from './env-value.js';
import { isLabelValue, isQualifiedName } from './kubernetes-names.js';
import type { Toleration } from './pod-settings.js';

export const MAX_TOLERATIONS = 20;
const MAX_TOLERATION_SECONDS = 2 ** 31 - 1;

/** Lists tolerations that Kubernetes would reject. `field` starts with `pod.tolerations`. */
export function checkTolerations(tolerations: readonly Toleration[]): ErrorDetail[] {
  if (tolerations.length > MAX_TOLERATIONS) {
    const message = `at most ${MAX_TOLERATIONS} tolerations are allowed, got ${tolerations.length}`;
    return [{ field: 'pod.tolerations', message }];
  }
  return tolerations.flatMap((toleration, index) =>
    checkToleration(toleration).map(({ field, message }) => ({
      field: `pod.tolerations.${index}.${field}`,
      message,
    })),
  );
}

function checkToleration(toleration: Toleration): ErrorDetail[] {
  const problems = {
    key: describeKeyProblem(toleration),
    value: describeValueProblem(toleration),
    effect: describeEffectProblem(toleration),
    tolerationSeconds: describeSecondsProblem(toleration),
  };
  return Object.entries(problems).flatMap(([field, message]) =>
    message === null ? [] : [{ field, message }],
  );
}

function describeKeyProblem({ key, operator }: Toleration): string | null {
  if (key === null) {
    return operator === 'Exists'
      ? null
      : 'expected a key with operator Equal; add it, or use Exists to tolerate every taint';
  }
  return isQualifiedName(key)
    ? null
    : `expected the key of a taint such as example.com/dedicated, got ${quoteForMessage(key)}`;
}

function describeValueProblem({ operator, value }: Toleration): string | null {
  if (value === null || value === '') return null;
  if (operator === 'Exists') return 'has no effect with operator Exists; remove it, or use Equal';
  return isLabelValue(value)
    ? null
    : `expected at most 63 letters, digits, "-", "_" and ".", starting and ending with a letter or digit, got ${quoteForMessage(value)}`;
}

/** Kubernetes accepts toleration seconds only for taints that evict pods. */
function describeEffectProblem({ effect, tolerationSeconds }: Toleration): string | null {
  if (tolerationSeconds === null || effect === 'NoExecute') return null;
  return `must be NoExecute when toleration seconds are set, got ${effect ?? 'none'}; change it, or remove the seconds`;
}

function describeSecondsProblem({ tolerationSeconds: seconds }: Toleration): string | null {
  if (seconds === null || (Number.isInteger(seconds) && seconds >= 0 && seconds <= MAX_TOLERATION_SECONDS))
    return null;
  return `expected a whole number from 0 to ${MAX_TOLERATION_SECONDS}, got ${seconds}`;
}
