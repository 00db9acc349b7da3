import { chmodSync, existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { allContainers, type Pod } from '../objects/kube-object.js';
import { copyFolder, giveTo, removeFolder } from './folders.js';
import { openTemporaryFolder } from './temporary-folder.js';

/** `nobody` on Linux and the usual unprivileged number elsewhere. */
const NOBODY = 65534;

/** Where pods' working folders are created, and as which user their processes run. */
export interface WorkArea {
  root: string;
  /** Null: the sandbox's own user. */
  userId: number | null;
  /** Why processes keep root privileges; null if they do not. */
  warning: string | null;
}

/**
 * Finds a place for the pods' folders. If the sandbox runs as root, an unprivileged user must be able to reach it: in the
 * data folder, else in the system's temporary folder.
 */
export function openWorkArea(dataDir: string): WorkArea {
  const inData = resolve(dataDir, 'work');
  rmSync(inData, { recursive: true, force: true });
  mkdirSync(inData, { recursive: true, mode: 0o711 });
  if (process.getuid?.() !== 0) return { root: inData, userId: null, warning: null };
  if (isReachableByOthers(inData)) return { root: inData, userId: NOBODY, warning: null };
  if (isReachableByOthers(tmpdir())) {
    const root = openTemporaryFolder('kube-sandbox-work');
    chmodSync(root, 0o711);
    return { root, userId: NOBODY, warning: null };
  }
  const warning = `containers run as root: an unprivileged user can reach neither ${inData} nor ${tmpdir()}`;
  return { root: inData, userId: null, warning };
}

function isReachableByOthers(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

/** `path` is relative to the folder of the container. */
export interface MountedVolume {
  path: string;
  files: ReadonlyMap<string, Buffer>;
}

/** Copies a proc's folder for one run of a container, with its volumes, owned by the user that runs it. */
export async function createContainerFolder(
  area: WorkArea,
  {
    podUid,
    container,
    procFolder,
    volumes,
  }: { podUid: string; container: string; procFolder: string; volumes: readonly MountedVolume[] },
): Promise<string> {
  const folder = folderOf(area, podUid, container);
  // It is there if the container runs again.
  if (existsSync(folder)) await removeFolder(folder);
  await copyFolder(procFolder, folder);
  for (const { path, files } of volumes) {
    mkdirSync(join(folder, path), { recursive: true });
    for (const [name, content] of files) writeFileSync(join(folder, path, name), content, { mode: 0o444 });
  }
  if (area.userId !== null) await giveTo(folder, area.userId);
  return folder;
}

export async function removePodFolders(area: WorkArea, { metadata, spec }: Pod): Promise<void> {
  for (const { name } of allContainers(spec)) await removeFolder(folderOf(area, metadata.uid, name));
}

/** One folder, not one within another: removing a folder can take milliseconds. No name contains `_`. */
function folderOf(area: WorkArea, podUid: string, container: string): string {
  return join(area.root, `${podUid}_${container}`);
}
