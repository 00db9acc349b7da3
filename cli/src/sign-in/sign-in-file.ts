import { rmSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '@app/domain';
import { z } from 'zod';

const signIn = z.object({
  /** The gateway's base URL: nobody else gets the token. */
  host: z.string().min(1),
  token: z.string().min(1),
  refresh_token: z.string().min(1).optional(),
  /** By this machine's clock; left out: not known. */
  expires_at: z.iso.datetime().optional(),
  /** Who that is, to show it. */
  email: z.string().optional(),
});
/** What `proctor login` got. */
export type SignIn = z.output<typeof signIn>;

const LOCK_RETRY_MS = 50;

/** `login.json` beside the configuration: readable by its owner only, replaced in one step. */
export class SignInFile {
  readonly path: string;

  constructor(configDir: string) {
    this.path = join(configDir, 'login.json');
  }

  /** Null: not signed in. A file that nobody can make sense of counts as none. */
  async read(): Promise<SignIn | null> {
    try {
      const parsed = signIn.safeParse(JSON.parse(await readFile(this.path, 'utf8')));
      return parsed.success ? parsed.data : null;
    } catch (error) {
      if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return null;
      throw this.unusable('read', error);
    }
  }

  async write(value: SignIn): Promise<void> {
    const draft = `${this.path}.${process.pid}.new`;
    try {
      await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
      await rm(draft, { force: true });
      await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
      await rename(draft, this.path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => undefined);
      throw this.unusable('written', error);
    }
  }

  /** False: there was none. */
  async remove(): Promise<boolean> {
    try {
      await rm(this.path);
      return true;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return false;
      throw this.unusable('removed', error);
    }
  }

  /**
   * Runs `work` while no other process of this user does the same: a refresh token is good for one use. A lock that is
   * older than `heldAtMostMs` belongs to a process that was killed. Throws `unavailable` when it is never free.
   */
  async whileLocked<Result>(heldAtMostMs: number, work: () => Promise<Result>): Promise<Result> {
    const lock = `${this.path}.lock`;
    const giveUpAt = performance.now() + 2 * heldAtMostMs;
    while (!(await this.tryLock(lock))) {
      if (performance.now() > giveUpAt) {
        throw new AppError('unavailable', `Another proctor process holds ${lock}.`, {
          hint: 'Try again; if no other is running, remove that file.',
        });
      }
      await removeIfOlder(lock, heldAtMostMs);
      await sleep(LOCK_RETRY_MS);
    }
    // Ctrl-C ends the process in the middle; the next one must not have to wait for the lock to grow old.
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
      throw this.unusable('locked', error);
    }
  }

  private unusable(verb: string, error: unknown): AppError {
    return new AppError('malformed_request', `${this.path} can't be ${verb}: ${codeOf(error)}.`, {
      hint: 'Check its permissions, or set LOCAL_CONFIG_DIR to another folder.',
      cause: error,
    });
  }
}

/** Moves it away first: of two processes that find it old, one only succeeds. */
async function removeIfOlder(lock: string, ageMs: number): Promise<void> {
  const found = await stat(lock).catch(() => null);
  if (found === null || Date.now() - found.mtimeMs <= ageMs) return;
  const aside = `${lock}.${process.pid}`;
  await rename(lock, aside).catch(() => undefined);
  await rm(aside, { force: true });
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}
