import { quoteForMessage } from './env-value.js';

/** A mount over one of these hides what every container needs. */
const NEEDED_FOLDERS = ['/', '/dev', '/proc', '/sys'];
/** Of the kernel: container runtimes refuse mounts below. */
const KERNEL_FOLDERS = ['/proc', '/sys'];
const MAX_PATH_LENGTH = 500;

/** Explains why a volume cannot be mounted at this path, or returns null. */
export function describeMountPathProblem(path: string): string | null {
  const isPlain = path.startsWith('/') && !path.split('/').includes('..') && !/[:\p{Cc}]/u.test(path);
  if (!isPlain || path.length > MAX_PATH_LENGTH)
    return `expected an absolute path such as /scratch, without ".." and ":", got ${quoteForMessage(path)}`;
  const place = plainPath(path);
  const kernel = KERNEL_FOLDERS.find((folder) => place.startsWith(`${folder}/`));
  if (kernel !== undefined)
    return `is in ${kernel}, where nothing can be mounted; choose a path of its own, such as /scratch`;
  return NEEDED_FOLDERS.includes(place)
    ? `would hide ${place} from the container; choose a path of its own, such as /scratch`
    : null;
}

/** The path without empty and `.` steps. Equal for two paths that lead to the same place. */
export function plainPath(path: string): string {
  const steps = path.split('/').filter((step) => step !== '' && step !== '.');
  return `/${steps.join('/')}`;
}

/** True if one of the paths is the other, or lies in it. */
export function overlaps(one: string, other: string): boolean {
  return isIn(one, other) || isIn(other, one);
}

/** True if the path is the folder, or lies in it. */
export function isIn(path: string, folder: string): boolean {
  return `${plainPath(path)}/`.startsWith(`${plainPath(folder)}/`);
}
