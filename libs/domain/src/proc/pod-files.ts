import type { ErrorDetail } from '../app-error.js';
import { describeTextProblem, quoteForMessage } from './env-value.js';
import type { MountedObject } from './mounted-objects.js';
import { describeMountPathProblem, overlaps } from './mount-path.js';
import { parseQuantity } from './quantity.js';
import type { Scratch } from './scratch.js';

/** A text that the container finds at a path, read-only. */
export interface PodFile {
  /** Absolute, of the file itself. */
  path: string;
  /** In UTF-8. */
  bytes: number;
  /** SHA-256 in hexadecimal digits, by which the text is stored. Empty: it is not stored yet. */
  digest: string;
  /** Only while the proc is registered or shown. Kept out of executions, which are many. */
  content?: string;
}

/** What takes paths in the container. */
interface Mounts {
  files: readonly PodFile[];
  configMaps: readonly MountedObject[];
  secrets: readonly MountedObject[];
  scratch: Scratch | null;
}

export const MAX_FILES = 50;
/** A Kubernetes Secret holds 1 MiB, and takes a third more to transfer. */
export const MAX_FILES_BYTES = 512 * 1024;

/** Lists what no container can be given. `field` starts with `pod.files`. */
export function checkFiles(pod: Mounts): ErrorDetail[] {
  const { files } = pod;
  if (files.length > MAX_FILES) {
    return [problem('', `at most ${MAX_FILES} files are allowed, got ${files.length}; remove some`)];
  }
  const bytes = sizeOf(files);
  const tooLarge = `the files may have ${MAX_FILES_BYTES} bytes in all, got ${bytes}; put more into the image`;
  return [
    ...(bytes > MAX_FILES_BYTES ? [problem('', tooLarge)] : []),
    ...files.flatMap((file, index) => {
      const path = describePathProblem(file, index, pod);
      const content = describeContentProblem(file);
      return [
        ...(path === null ? [] : [problem(`.${index}.path`, path)]),
        ...(content === null ? [] : [problem(`.${index}.content`, content)]),
      ];
    }),
  ];
}

/** Lists files larger than what the installation allows, a quantity. Null: any size that `checkFiles` takes. */
export function checkAllowedFiles(files: readonly PodFile[], maxSize: string | null): ErrorDetail[] {
  const max = maxSize === null ? null : parseQuantity(maxSize);
  const bytes = sizeOf(files);
  if (max === null || BigInt(bytes) * 1_000_000_000n <= max) return [];
  return [problem('', `${bytes} bytes are not allowed (at most ${maxSize} in all); shorten the files`)];
}

function sizeOf(files: readonly PodFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}

function describeContentProblem({ content }: PodFile): string | null {
  return content === undefined
    ? 'expected the text of the file, got none; add content'
    : describeTextProblem(content);
}

/** The volume of a folder hides what is below it, and a file is no folder. */
function describePathProblem({ path }: PodFile, index: number, pod: Mounts): string | null {
  const invalid = describeMountPathProblem(path);
  if (invalid !== null) return invalid;
  if (path.endsWith('/')) {
    return `expected the path of a file, got the folder ${quoteForMessage(path)}; add the name of the file`;
  }
  for (const [field, folder] of foldersOf(pod)) {
    if (overlaps(path, folder))
      return `${quoteForMessage(path)} and ${folder} of ${field} overlap; choose another path`;
  }
  const earlier = pod.files.slice(0, index).find((file) => overlaps(path, file.path));
  return earlier
    ? `${quoteForMessage(path)} and ${quoteForMessage(earlier.path)} overlap; choose another path`
    : null;
}

function foldersOf({ scratch, configMaps, secrets }: Mounts): [field: string, folder: string][] {
  const mounts = [
    { field: 'scratch', path: scratch?.path ?? null },
    ...configMaps.map(({ path }) => ({ field: 'config_maps', path })),
    ...secrets.map(({ path }) => ({ field: 'secrets', path })),
  ];
  return mounts.flatMap(({ field, path }) => (path === null ? [] : [[field, path]]));
}

function problem(place: string, message: string): ErrorDetail {
  return { field: `pod.files${place}`, message };
}
