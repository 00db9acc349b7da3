import type { ErrorDetail } from '../app-error.js';
import { quoteForMessage } from './env-value.js';
import { isDnsSubdomain, isLabelValue } from './kubernetes-names.js';
import type { Proc } from './proc.js';

/** Lists what a queue of Kueue makes impossible. `field` starts with `pod.queue`. */
export function checkQueue({ retries, pod }: Pick<Proc, 'retries' | 'pod'>): ErrorDetail[] {
  const { queue, repeatable } = pod;
  if (queue === null) return [];
  const message = describeQueueProblem(queue, repeatable || (retries ?? 0) > 0);
  return message === null ? [] : [{ field: 'pod.queue', message }];
}

function describeQueueProblem(queue: string, mayRunAgain: boolean): string | null {
  // It is the name of an object, and the value of a label.
  if (!isDnsSubdomain(queue) || !isLabelValue(queue)) {
    return `expected the name of a LocalQueue (at most 63 lower-case letters, digits, "-" and "."), got ${quoteForMessage(queue)}`;
  }
  return mayRunAgain
    ? null
    : 'may stop a running execution and run it again later; set repeatable: true, or retries above 0, if the proc may run twice';
}
