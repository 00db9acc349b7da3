import { constants } from 'node:fs';
import { mkdir, open, realpath, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '@app/domain';
import { fileProblem, isMissing } from './file-problem.js';

const OTHERS_WRITE = 0o002;
const GROUP_WRITE = 0o020;
const OTHERS_READ = 0o004;
const ALL_BUT_OWNER = 0o077;
const STICKY = 0o1000;
const MAX_BYTES = 64 * 1024;

export interface PrivateFile {
  bytes: Buffer;
  /** What was wrong with its mode and is mended: for the user to read. */
  warning: string | null;
}

/**
 * Reads a file that decides where a token goes, or holds one; null if it does not exist. Its mode becomes 0600 if it is the
 * user's own. Throws `malformed_request` if someone else may have written it, or can read its token and that cannot be
 * mended.
 */
export async function readPrivateFile(
  path: string,
  holdsToken: (bytes: Buffer) => boolean,
): Promise<PrivateFile | null> {
  let file: FileHandle;
  try {
    // Without O_NONBLOCK, opening a pipe waits for its writer.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (isMissing(error)) return null;
    throw fileProblem('read', path, error);
  }
  try {
    await checkFolder(path);
    const info = await file.stat();
    if (info.isDirectory()) throw fileProblem('read', path, { code: 'EISDIR' });
    if (!info.isFile() || info.size > MAX_BYTES)
      throw unsafe(path, 'it is no regular file of at most 64 KiB', `Move it away: mv ${path} ${path}.old`);
    const bytes = await file.readFile().catch((error: unknown) => {
      throw fileProblem('read', path, error);
    });
    return { bytes, warning: await checkMode(file, path, info, holdsToken(bytes)) };
  } finally {
    await file.close();
  }
}

/** Replaces the file atomically; only its owner can read it. A symbolic link, for example to a dotfiles folder, stays one. */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await checkFolder(path);
    const target = await realpath(path).catch(() => path);
    const draft = `${target}.${process.pid}.new`;
    try {
      await rm(draft, { force: true });
      await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
      await rename(draft, target);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw error;
    }
  } catch (error) {
    throw error instanceof AppError ? error : fileProblem('write', path, error);
  }
}

/** Who can write to the folder can put another file in the place of this one. */
async function checkFolder(path: string): Promise<void> {
  if (me() === null) return;
  const folder = dirname(path);
  const { uid, mode } = await stat(folder);
  const hint = `Remove that right (chmod go-w ${folder}) and check the files there, or set LOCAL_CONFIG_DIR to a folder of your own.`;
  if (isForeign(uid)) throw unsafe(path, `its folder belongs to another user (${uid})`, hint);
  // In a sticky folder such as /tmp, others cannot replace what is not theirs.
  if (mode & OTHERS_WRITE && !(mode & STICKY))
    throw unsafe(path, 'every user of this machine can replace the files of its folder', hint);
}

/** @returns what was mended; throws if it cannot be */
async function checkMode(
  file: FileHandle,
  path: string,
  { uid, mode }: { uid: number; mode: number },
  holdsToken: boolean,
): Promise<string | null> {
  const user = me();
  if (user === null) return null;
  const own = `Check what it says, then run: chown $(id -u) ${path} && chmod 600 ${path}`;
  if (isForeign(uid)) throw unsafe(path, `it belongs to another user (${uid})`, own);
  if (mode & OTHERS_WRITE) throw unsafe(path, 'every user of this machine can change it', own);
  if (uid !== user && user !== 0) {
    // Root's, for example a mounted Secret: its group is how this user may read it.
    if (!holdsToken || !(mode & OTHERS_READ)) return null;
    throw unsafe(path, 'every user of this machine can read the access token in it', MOUNTED);
  }
  if (!(mode & ALL_BUT_OWNER) || !(holdsToken || mode & GROUP_WRITE)) return null;
  await file.chmod(0o600).catch(() => undefined);
  if ((await file.stat()).mode & ALL_BUT_OWNER)
    throw unsafe(path, 'other users can read it, and its mode cannot be changed', MOUNTED);
  const octal = (mode & 0o777).toString(8).padStart(4, '0');
  const advice = holdsToken
    ? ' If other people use this machine, replace your token: `proctor token create`, `proctor config`, `proctor token revoke`.'
    : '';
  return `Warning: other users could read ${path} (its mode was ${octal}, now 0600).${advice}`;
}

const MOUNTED =
  'Give it mode 0600 (a mounted Secret: defaultMode 0440 with an fsGroup), or set ACCESS_TOKEN in the environment and remove it from the file.';

/** Neither the user's nor root's. Root itself reads files of all users: in containers, a mounted home is another user's. */
function isForeign(uid: number): boolean {
  return me() !== 0 && uid !== me() && uid !== 0;
}

/** Null: a system without such users and modes, as Windows. */
function me(): number | null {
  return process.geteuid?.() ?? null;
}

function unsafe(path: string, reason: string, hint: string): AppError {
  return new AppError('malformed_request', `${path} is not used: ${reason}.`, { hint });
}
