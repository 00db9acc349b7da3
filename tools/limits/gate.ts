import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '../../test/support/servers.js';

/** What containers wait at, without using the processor, until it is opened for all of them. */
export interface Gate {
  /** Shell command that waits at it. */
  wait: string;
  /** Everybody who waits now goes on. May be repeated. */
  open(): void;
  remove(): void;
}

/** A named pipe: whoever opens it to read waits in the kernel until somebody opens it to write. */
export function makeGate(): Gate {
  const dir = tempDir();
  // Containers run as another user.
  chmodSync(dir.path, 0o711);
  const path = join(dir.path, 'gate');
  execFileSync('mkfifo', ['-m', '644', path]);
  return {
    wait: `: < ${path}`,
    open: () => closeSync(openSync(path, 'r+')),
    remove: () => dir.remove(),
  };
}
