import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A clock of a process that can be set. */
export class ShiftedClock {
  private readonly file: string;

  constructor(folder: string, name: string) {
    this.file = join(folder, `${name}.clock`);
    this.set(0);
  }

  /** What a process has to be started with. */
  get env(): Record<string, string> {
    const preload = pathToFileURL(join(import.meta.dirname, 'shifted-clock.mjs')).href;
    return { NODE_OPTIONS: `--import ${preload}`, CHAOS_CLOCK_FILE: this.file };
  }

  /** Takes effect within a fifth of a second, also after a restart of the process. */
  set(offsetMs: number): void {
    writeFileSync(`${this.file}.new`, String(offsetMs));
    renameSync(`${this.file}.new`, this.file);
  }
}
