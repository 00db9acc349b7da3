import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Shifts the clock of one process. */
export class ShiftedClock {
  private readonly file: string;

  constructor(folder: string, name: string) {
    this.file = join(folder, `${name}.clock`);
    this.set(0);
  }

  /** Environment of the process. */
  get env(): Record<string, string> {
    const preload = pathToFileURL(join(import.meta.dirname, 'shifted-clock.mjs')).href;
    return { NODE_OPTIONS: `--import ${preload}`, CHAOS_CLOCK_FILE: this.file };
  }

  /** Takes effect within 200 ms, and outlives a restart of the process. */
  set(offsetMs: number): void {
    writeFileSync(`${this.file}.new`, String(offsetMs));
    renameSync(`${this.file}.new`, this.file);
  }
}
