import type { ErrorDetail } from '../app-error.js';
import { quoteForMessage } from './env-value.js';
import { describeMountPathProblem } from './mount-path.js';
import { compareQuantities, isWhole, parseQuantity } from './quantity.js';

/** An empty folder of its own for each attempt, deleted with its pod. */
export interface Scratch {
  /** A Kubernetes quantity. A pod that uses more is evicted. */
  size: string;
  /** Absolute. */
  path: string;
}

/** Lists what Kubernetes would reject, or what breaks every container. `field` starts with `pod.scratch`. */
export function checkScratch(scratch: Scratch | null): ErrorDetail[] {
  if (scratch === null) return [];
  const problems = { size: describeSizeProblem(scratch.size), path: describeMountPathProblem(scratch.path) };
  return Object.entries(problems).flatMap(([field, message]) =>
    message === null ? [] : [{ field: `pod.scratch.${field}`, message }],
  );
}

/** Lists a size above what the installation allows. Null: any size. A text that is no size is `checkScratch`'s to list. */
export function checkAllowedScratch(scratch: Scratch | null, maxSize: string | null): ErrorDetail[] {
  if (scratch === null || maxSize === null || parseQuantity(scratch.size) === null) return [];
  if (compareQuantities(scratch.size, maxSize) <= 0) return [];
  const message = `${scratch.size} is not allowed (at most ${maxSize}); lower it`;
  return [{ field: 'pod.scratch.size', message }];
}

function describeSizeProblem(size: string): string | null {
  const nanos = parseQuantity(size);
  if (nanos !== null && nanos > 0n && isWhole(nanos)) return null;
  return `expected a size in whole bytes such as 512Mi or 2Gi, got ${quoteForMessage(size)}`;
}
