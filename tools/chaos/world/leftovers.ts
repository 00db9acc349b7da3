import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { identify, type ProcessIdentity } from '../../../scripts/lib/process-identity.mjs';
import { proctorFolder } from '../../../scripts/lib/project.mjs';
import { removeAbandoned } from '../../../scripts/lib/remove-abandoned.mjs';
import { writeState } from '../../../scripts/lib/state-file.mjs';

type Process = ProcessIdentity & { name: string };

/** Records what this run has started, so that a later run can clean up if this one is killed. */
export class RunState {
  private readonly folder = proctorFolder(`chaos-${process.pid}`);
  private readonly processes = new Map<string, Process>();
  private readonly folders: string[] = [];

  /** Replaces an earlier process of that name. */
  addProcess(name: string, pid: number): void {
    const identity = identify(pid);
    if (identity) this.processes.set(name, { name, ...identity });
    this.write();
  }

  /** A folder or mount to remove. */
  addFolder(path: string): void {
    this.folders.push(path);
    this.write();
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private write(): void {
    const starter = identify(process.pid);
    writeState(join(this.folder, 'state.json'), {
      ...(starter ? { starter } : {}),
      ports: {},
      processes: [...this.processes.values()],
    });
    writeFileSync(join(this.folder, 'folders.json'), JSON.stringify(this.folders));
  }
}

/** Stops and removes what killed runs have left behind. */
export async function removeLeftovers(): Promise<void> {
  await removeAbandoned(/^chaos-\d+$/, (folder) => {
    for (const path of readFolders(join(folder, 'folders.json'))) removeFolder(path);
  });
}

export function removeFolder(path: string): void {
  try {
    execFileSync('umount', [path], { stdio: 'ignore' });
  } catch {
    // Not a mount.
  }
  rmSync(path, { recursive: true, force: true });
}

function readFolders(file: string): string[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as string[];
  } catch {
    return [];
  }
}
