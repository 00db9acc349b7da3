import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';

/** One run of a container: what really happened on this machine, even after its objects are deleted. */
export interface RunRecord {
  namespace: string;
  /** Empty for a pod that belongs to no Job. */
  jobName: string;
  jobUid: string;
  podName: string;
  podUid: string;
  /** Its name in the pod. */
  container: string;
  /** The pod's labels. */
  labels: Readonly<Record<string, string>>;
  /** 0 for the first run of the container. */
  restart: number;
  pid: number;
  /** ISO 8601 with milliseconds. */
  startedAt: string;
  /** Null while it runs. */
  endedAt: string | null;
  /** Null while it runs, or if the sandbox died before the run ended. */
  exitCode: number | null;
  /** True when the sandbox sent it a signal. */
  killed: boolean;
  /** Start time of the process, in the system's format. Tells the process apart from a later one with the same pid. */
  processStart: string | null;
}

/** The record of all runs, in memory and as JSON lines. Never deletes any. A run's later line replaces its earlier one. */
export class RunHistory {
  private readonly records = new Map<string, RunRecord>();
  private readonly file: number;

  constructor(path: string) {
    const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n') : [];
    for (const line of lines) {
      const record = parseRecord(line);
      if (record) this.records.set(keyOf(record), record);
    }
    this.file = openSync(path, 'a', 0o600);
    // A line truncated by a crash must not merge with the next one.
    if (lines.at(-1)) writeSync(this.file, '\n');
  }

  write(record: RunRecord): void {
    this.records.set(keyOf(record), record);
    writeSync(this.file, `${JSON.stringify(record)}\n`);
  }

  all(): readonly RunRecord[] {
    return [...this.records.values()];
  }

  /** Runs without a recorded end. */
  unfinished(): RunRecord[] {
    return this.all().filter((record) => record.endedAt === null);
  }

  close(): void {
    closeSync(this.file);
  }
}

function keyOf({ podUid, container, restart }: RunRecord): string {
  return `${podUid}/${container}/${restart}`;
}

function parseRecord(line: string): RunRecord | null {
  if (line === '') return null;
  try {
    return JSON.parse(line) as RunRecord;
  } catch {
    return null;
  }
}
