import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Far more than a run needs; only what is used costs memory. */
const SIZE_MB = 4_096;

/** A disk of its own for a server's data, which can be made full and given room again. */
export class SmallDisk {
  private fills = 0;

  private constructor(readonly folder: string) {}

  /** Null where mounting is not allowed. */
  static mount(): SmallDisk | null {
    const folder = mkdtempSync(join(tmpdir(), 'proctor-chaos-disk-'));
    try {
      mount('-t', 'tmpfs', '-o', `size=${SIZE_MB}m,mode=0711`, 'proctor-chaos', folder);
      return new SmallDisk(folder);
    } catch {
      rmSync(folder, { recursive: true });
      return null;
    }
  }

  /** No room from now on, but for a few blocks. @returns gives it room again; may be called once */
  fill(): () => void {
    this.fills += 1;
    this.shrink();
    return () => {
      this.fills -= 1;
      if (this.fills === 0) mount('-o', `remount,size=${SIZE_MB}m`, this.folder);
    };
  }

  private shrink(): void {
    // What is written between the look and the mount makes the size too small: then it is looked at again.
    for (let attempt = 0; ; attempt += 1) {
      const { blocks, bfree, bsize } = statfsSync(this.folder);
      try {
        return mount('-o', `remount,size=${(blocks - bfree) * bsize}`, this.folder);
      } catch (error) {
        if (attempt === 20) throw error;
      }
    }
  }
}

function mount(...args: string[]): void {
  execFileSync('mount', args, { stdio: 'ignore' });
}

/** For all else that a run writes and need not keep. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'proctor-chaos-'));
  chmodSync(folder, 0o711); // containers run as another user
  return folder;
}
