import { quoteForMessage } from './env-value.js';

/** A mount over one of these hides what every container needs. */
const NEEDED_FOLDERS = ['/', '/dev', '/proc', '/sys'];
const MAX_PATH_LENGTH = 500;

/** Explains why a volume cannot be mounted at this path, or returns null. */
export function describeMountPathProblem(path: string): string | null {
  const steps = path.split('/').slice(1);
  const isPlain = path.startsWith('/') && !steps.includes('..') && !/[:\p{Cc}]/u.test(path);
  if (!isPlain || path.length > MAX_PATH_LENGTH)
    return `expected an absolute path such as /scratch, without ".." and ":", got ${quoteForMessage(path)}`;
  const folder = `/${steps.filter((step) => step !== '' && step !== '.').join('/')}`;
  return NEEDED_FOLDERS.includes(folder)
    ? `would hide ${folder} from the container; choose a folder of its own, such as /scratch`
    : null;
}
