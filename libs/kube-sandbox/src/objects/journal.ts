import { closeSync, existsSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import type { AnyObject, ResourceName } from './kube-object.js';
import { stringifyOnce } from './stringify-once.js';

export type JournalEntry =
  | { version: number; resource: ResourceName; put: AnyObject }
  | { version: number; resource: ResourceName; remove: string };

export interface JournalContent {
  version: number;
  objects: { resource: ResourceName; object: AnyObject }[];
}

/**
 * The objects on disk: one JSON line per change, written before the change is visible to any client, so that a killed
 * sandbox loses nothing it has acknowledged. Contains Secrets in plain text; the file mode is 0600.
 */
export class Journal {
  private file: number | null = null;
  private linesInFile = 0;
  private linesAfterCompaction = 0;

  constructor(private readonly path: string) {}

  /** Loads the objects that the last run left. Drops a last line truncated by a crash. */
  load(): JournalContent {
    const objects = new Map<string, { resource: ResourceName; object: AnyObject }>();
    let version = 0;
    const lines = existsSync(this.path) ? readFileSync(this.path, 'utf8').split('\n') : [];
    for (const line of lines) {
      const entry = parseEntry(line);
      if (entry === null) continue;
      version = Math.max(version, entry.version);
      if ('remove' in entry) objects.delete(`${entry.resource}/${entry.remove}`);
      else if (entry.put)
        objects.set(keyInFile(entry.resource, entry.put), { resource: entry.resource, object: entry.put });
    }
    return { version, objects: [...objects.values()] };
  }

  append(entries: readonly JournalEntry[]): void {
    this.file ??= openSync(this.path, 'a', 0o600);
    this.linesInFile += entries.length;
    writeSync(this.file, entries.map(formatEntry).join(''));
  }

  /** True if most lines are outdated. */
  wantsCompaction(): boolean {
    return this.linesInFile > 5000 && this.linesInFile > 4 * this.linesAfterCompaction;
  }

  /** Rewrites the file with only the existing objects. */
  compact(content: JournalContent): void {
    this.close();
    const lines = content.objects.map(({ resource, object }) =>
      formatEntry({ version: Number(object.metadata.resourceVersion), resource, put: object }),
    );
    // The latest version may be that of a deletion. An empty removal preserves it.
    lines.push(formatEntry({ version: content.version, resource: 'namespaces', remove: '' }));
    writeFileSync(`${this.path}.new`, lines.join(''), { mode: 0o600 });
    renameSync(`${this.path}.new`, this.path);
    this.linesInFile = lines.length;
    this.linesAfterCompaction = lines.length;
  }

  close(): void {
    if (this.file !== null) closeSync(this.file);
    this.file = null;
  }
}

function keyInFile(resource: ResourceName, object: AnyObject): string {
  return `${resource}/${object.metadata.namespace ?? ''}/${object.metadata.name}`;
}

function formatEntry(entry: JournalEntry): string {
  const head = `{"version":${entry.version},"resource":"${entry.resource}",`;
  if ('put' in entry) return `${head}"put":${stringifyOnce(entry.put)}}\n`;
  return `${head}"remove":${JSON.stringify(entry.remove)}}\n`;
}

function parseEntry(line: string): JournalEntry | null {
  if (line === '') return null;
  try {
    return JSON.parse(line) as JournalEntry;
  } catch {
    return null;
  }
}
