import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

/** Writes the output of each service and server to a file. */
export class ServiceLogs {
  private readonly files = new Map<string, WriteStream>();

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true });
  }

  /** @returns appends a line with a timestamp */
  of(name: string): (line: string) => void {
    const file = this.files.get(name) ?? createWriteStream(join(this.folder, `${name}.log`), { flags: 'a' });
    this.files.set(name, file);
    return (line) => void file.write(`${new Date().toISOString()} ${line}\n`);
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.files.values()].map((file) => {
        file.end();
        return finished(file);
      }),
    );
  }
}
