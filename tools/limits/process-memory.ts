import { readFileSync } from 'node:fs';

const MIB = 1024 * 1024;
const SAMPLE_MS = 500;

/** Memory of one process in MiB. `start`: before the load; `peak`: the most since it was started. */
export interface ProcessMemory {
  name: string;
  startMiB: number;
  peakMiB: number;
}

/** A process to measure, with or without its children (Postgres is many processes). */
export interface MeasuredProcess {
  name: string;
  pid: number;
  withChildren?: boolean;
}

/** Samples the memory of processes that may come and go. Linux only. */
export class MemoryWatch {
  private readonly known = new Map<number, ProcessMemory>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly processes: () => readonly MeasuredProcess[]) {
    this.timer = setInterval(() => this.sample(), SAMPLE_MS);
    this.sample();
  }

  /** The peaks of all processes sampled so far, including those that have exited. */
  peaks(): ProcessMemory[] {
    this.sample();
    return [...this.known.values()];
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private sample(): void {
    for (const { name, pid, withChildren } of this.processes()) {
      const bytes = withChildren ? readProportional(pid) : readStatus(pid, 'VmHWM');
      if (bytes === null) continue;
      const known = this.known.get(pid);
      if (known) known.peakMiB = Math.max(known.peakMiB, bytes / MIB);
      else this.known.set(pid, { name, startMiB: startOf(pid, bytes, withChildren), peakMiB: bytes / MIB });
    }
  }
}

function startOf(pid: number, bytes: number, withChildren = false): number {
  return ((withChildren ? null : readStatus(pid, 'VmRSS')) ?? bytes) / MIB;
}

/**
 * Peak (`VmHWM`) or current (`VmRSS`) memory of a process in bytes, or the part of that which is no file (`RssAnon`); null: it
 * has exited.
 */
export function readStatus(pid: number, field: 'VmHWM' | 'VmRSS' | 'RssAnon'): number | null {
  const text = readProc(`/proc/${pid}/status`);
  const kib = text && new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
  return kib ? Number(kib) * 1024 : null;
}

/** Current memory of a process and its children in bytes, with shared pages counted once. */
function readProportional(pid: number): number | null {
  const children = readProc(`/proc/${pid}/task/${pid}/children`)?.trim().split(' ') ?? [];
  const parts = [String(pid), ...children].map((one) => {
    const kib = /^Pss:\s+(\d+) kB/m.exec(readProc(`/proc/${one}/smaps_rollup`) ?? '')?.[1];
    return kib ? Number(kib) * 1024 : 0;
  });
  const sum = parts.reduce((total, part) => total + part, 0);
  return sum === 0 ? null : sum;
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
