import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Far more than a run needs; only used blocks cost memory. */
const SIZE_MB = 4_096;

/** A separate disk for the data of a server, which can be filled and emptied again. */
export class SmallDisk {
  private fills = 0;

  private constructor(readonly folder: string) {}

  /** @returns null where mounting is not permitted */
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

  /** Leaves room for a few blocks only. @returns frees the room; call it once */
  fill(): () => void {
    this.fills += 1;
    this.shrink();
    return () => {
      this.fills -= 1;
      if (this.fills === 0) mount('-o', `remount,size=${SIZE_MB}m`, this.folder);
    };
  }

  private shrink(): void {
    // Writes between statfs and the remount make the size too small: then measure again.
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
