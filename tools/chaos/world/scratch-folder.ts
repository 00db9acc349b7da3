import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder for files that a run need not keep. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'proctor-chaos-'));
  chmodSync(folder, 0o711); // Containers run as another user.
  return folder;
}
