import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from '../../test/support/servers.js';

/** Containers wait at it, without using the CPU, until it is opened for all of them. */
export interface Gate {
  /** A shell command that waits. */
  wait: string;
  /** Releases every container that waits now. May be repeated. */
  open(): void;
  remove(): void;
}

/** Creates a gate from a named pipe: opening it for reading blocks in the kernel until it is opened for writing. */
export function createGate(): Gate {
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
