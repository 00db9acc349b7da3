import type { ErrorDetail } from '../app-error.js';
import { quoteForMessage } from './env-value.js';
import { compareQuantities, isWhole, parseQuantity } from './quantity.js';

/** An empty folder of its own for each attempt, deleted with its pod. */
export interface Scratch {
  /** A Kubernetes quantity. A pod that uses more is evicted. */
  size: string;
  /** Absolute. */
  path: string;
}

/** A mount over one of these hides what every container needs. */
const NEEDED_FOLDERS = ['/', '/dev', '/proc', '/sys'];
const MAX_PATH_LENGTH = 500;

/** Lists what Kubernetes would reject, or what breaks every container. `field` starts with `pod.scratch`. */
export function checkScratch(scratch: Scratch | null): ErrorDetail[] {
  if (scratch === null) return [];
  const problems = { size: describeSizeProblem(scratch.size), path: describePathProblem(scratch.path) };
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

function describePathProblem(path: string): string | null {
  const steps = path.split('/').slice(1);
  const isPlain = path.startsWith('/') && !steps.includes('..') && !/[:\p{Cc}]/u.test(path);
  if (!isPlain || path.length > MAX_PATH_LENGTH)
    return `expected an absolute path such as /scratch, without ".." and ":", got ${quoteForMessage(path)}`;
  const folder = `/${steps.filter((step) => step !== '' && step !== '.').join('/')}`;
  return NEEDED_FOLDERS.includes(folder)
    ? `would hide ${folder} from the container; choose a folder of its own, such as /scratch`
    : null;
}
