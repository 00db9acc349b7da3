import { rmSync } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@app/domain';
import * as z from 'zod';
import { codeOf, fileProblem, isMissing } from '../config/file-problem.js';
import { readPrivateFile, writePrivateFile } from '../config/private-file.js';

const signIn = z.object({
  /** The gateway's base URL: the token goes to no other. */
  host: z.string().min(1),
  token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  /** By this machine's clock; left out: unknown. */
  expires_at: z.iso.datetime().optional(),
  /** For display. */
  email: z.string().optional(),
});
/** The credentials that `proctor login` saved. */
export type SignIn = z.output<typeof signIn>;

const LOCK_RETRY_MS = 50;

/** `login.json` beside the configuration: readable only by its owner, replaced atomically. */
export class SignInFile {
  readonly path: string;

  /** @param warn is called with what was wrong with the file and is mended */
  constructor(
    configDir: string,
    private readonly warn: (text: string) => void = () => undefined,
  ) {
    this.path = join(configDir, 'login.json');
  }

  /** Null: not signed in, or the file is corrupt. Throws as `readPrivateFile` does. */
  async read(): Promise<SignIn | null> {
    const file = await readPrivateFile(this.path, () => true);
    if (file?.warning) this.warn(file.warning);
    try {
      const parsed = signIn.safeParse(JSON.parse(file?.bytes.toString('utf8') ?? 'null'));
      return parsed.success ? parsed.data : null;
    } catch {
      return null;
    }
  }

  async write(value: SignIn): Promise<void> {
    await writePrivateFile(this.path, `${JSON.stringify(value, null, 2)}\n`);
  }

  /** False: there was no file. */
  async remove(): Promise<boolean> {
    try {
      await rm(this.path);
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw fileProblem('remove', this.path, error);
    }
  }

  /**
   * Runs `work` while no other process of this user does: a refresh token can be used only once. A lock older than
   * `maxHeldMs` was left by a killed process and is removed. Throws `unavailable` if the lock does not become free.
   */
  async whileLocked<Result>(maxHeldMs: number, work: () => Promise<Result>): Promise<Result> {
    const lock = `${this.path}.lock`;
    const deadline = performance.now() + 2 * maxHeldMs;
    while (!(await this.tryLock(lock))) {
      if (performance.now() > deadline) {
        throw new AppError('unavailable', `Another proctor process holds ${lock}.`, {
          hint: 'Try again. If no other process is running, remove that file.',
        });
      }
      await removeIfOlder(lock, maxHeldMs);
      await sleep(LOCK_RETRY_MS);
    }
    // After Ctrl-C the next process must not have to wait until the lock is old enough.
    const release = () => rmSync(lock, { force: true });
    process.once('exit', release);
    try {
      return await work();
    } finally {
      process.off('exit', release);
      release();
    }
  }

  private async tryLock(lock: string): Promise<boolean> {
    try {
      const handle = await open(lock, 'wx', 0o600);
      await handle.close();
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw fileProblem('lock', this.path, error);
    }
  }
}

/** Renames it first: of two processes that find the lock old, only one succeeds. */
async function removeIfOlder(lock: string, ageMs: number): Promise<void> {
  const found = await stat(lock).catch(() => null);
  if (found === null || Date.now() - found.mtimeMs <= ageMs) return;
  const renamed = `${lock}.${process.pid}`;
  await rename(lock, renamed).catch(() => undefined);
  await rm(renamed, { force: true });
}
