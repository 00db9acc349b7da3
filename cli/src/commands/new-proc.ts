import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError, shellCommand } from '@app/domain';
import type { Context } from '../context.js';
import { newProcFiles } from '../procs/new-proc-files.js';

export interface NewProcOptions {
  name: string;
  /** The folder that gets the new one. */
  in: string | undefined;
}

const MAX_NAME_LENGTH = 60;

/** Creates a folder of its own name for a proc; changes nothing that exists. Needs no gateway. */
export async function newProc({ printer }: Context, { name, in: parent }: NewProcOptions): Promise<number> {
  checkName(name);
  const folder = join(parent ?? ((await isFolder('procs')) ? 'procs' : '.'), name);
  const files = newProcFiles(name);
  await create(folder, files);
  const next = [
    shellCommand('proctor', 'procs', 'apply', '-f', folder, '--yes'),
    shellCommand('proctor', 'execute', name, 'WHO=me'),
  ];
  const text = [
    `Created ${folder}: ${files.map((file) => file.name).join(', ')}`,
    '',
    'Register it and run it:',
    ...next.map((line) => `  ${line}`),
    '',
    'The sandbox of `npm start` runs the folders in procs/ as their Dockerfile says.',
    'For a cluster, build and push the image first.',
    '',
  ];
  await printer.result(text.join('\n'), { name, folder, files: files.map((file) => file.name), next });
  return 0;
}

/** The rules of image names, which are narrower than those of procs. */
function checkName(name: string): void {
  if (name.length <= MAX_NAME_LENGTH && /^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) return;
  throw new AppError(
    'invalid_args',
    `The name ${JSON.stringify(name)} is not usable for a proc and its image.`,
    {
      hint: `Use lower-case letters, digits and single hyphens, at most ${MAX_NAME_LENGTH}: for example disk-report.`,
    },
  );
}

async function create(folder: string, files: ReturnType<typeof newProcFiles>): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    throw refused(folder, error);
  }
  try {
    for (const { name, text, mode } of files) {
      const path = join(folder, name);
      await writeFile(path, text, { flag: 'wx', mode });
      // The image has the script's mode from here, and a umask must not make it unreadable for other users.
      await chmod(path, mode & 0o755);
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw refused(folder, error);
  }
}

function refused(folder: string, cause: unknown): AppError {
  const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
  if (code === 'EEXIST')
    return new AppError('conflict', `${folder} already exists. Nothing was changed.`, {
      hint: 'Choose another name, or remove it first.',
    });
  const hint =
    code === 'ENOENT' || code === 'ENOTDIR'
      ? 'Choose an existing folder with --in FOLDER.'
      : 'Choose a folder that you may write to with --in FOLDER.';
  return new AppError('malformed_request', `Cannot create ${folder}: ${code}.`, { hint, cause });
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
