import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@app/domain';
import { decodeText } from '../files/decode-text.js';
import { readBounded, readWithin } from '../files/read-bounded.js';
import { readAll } from '../terminal/prompt.js';

export interface SourceText {
  /** For error messages. */
  path: string;
  text: string;
}

const MAX_FILE_BYTES = 1024 * 1024;
const PROC_FILE = /^proc\.(ya?ml|json)$/;
const TOP_FILE = /\.ya?ml$/;

/**
 * Reads what `-f` names: files; folders, with each `proc.yaml`, `proc.yml` and `proc.json` at any depth (except in hidden
 * folders and node_modules) and every YAML file at the top level, but nothing outside the folder; `-`: standard input.
 * Throws `malformed_request` for unreadable files, for links that lead out of a folder, and for a folder without any.
 */
export async function readProcSources(
  paths: readonly string[],
  stdin: NodeJS.ReadStream,
): Promise<SourceText[]> {
  const sources: SourceText[] = [];
  for (const path of paths) {
    if (path === '-') {
      sources.push({ path: 'standard input', text: await readAll(stdin, MAX_FILE_BYTES) });
    } else {
      const files = await filesIn(path);
      if (files === null) sources.push({ path, text: await readText(path) });
      else for (const file of files) sources.push({ path: file, text: await readText(file, path) });
    }
  }
  return sources;
}

/** Reads these files; `-`: standard input. Throws `malformed_request` for unreadable ones. */
export async function readSources(paths: readonly string[], stdin: NodeJS.ReadStream): Promise<SourceText[]> {
  return await Promise.all(
    paths.map(async (path) =>
      path === '-'
        ? { path: 'standard input', text: await readAll(stdin, MAX_FILE_BYTES) }
        : { path, text: await readText(path) },
    ),
  );
}

/** Null: not a folder. */
async function filesIn(path: string): Promise<string[] | null> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (!found.isDirectory()) return null;
  const files = await search(path, true);
  if (files.length > 0) return files;
  throw new AppError('malformed_request', `Found no proc files in ${path}.`, {
    hint: 'A folder needs a proc.yaml, proc.yml or proc.json at any depth, or a *.yaml at its top level.',
  });
}

async function search(folder: string, isTop: boolean): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw unreadable(folder, error);
  });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!entry.name.startsWith('.') && entry.name !== 'node_modules')
        found.push(...(await search(path, false)));
    } else if (PROC_FILE.test(entry.name) || (isTop && TOP_FILE.test(entry.name))) {
      found.push(path);
    }
  }
  return found;
}

/** @param folder where the file was found; absent: the user named the file */
async function readText(path: string, folder?: string): Promise<string> {
  try {
    const bytes =
      folder === undefined
        ? await readBounded(path, MAX_FILE_BYTES)
        : await readWithin(folder, path, MAX_FILE_BYTES);
    return decodeText(bytes, path);
  } catch (error) {
    throw error instanceof AppError ? error : unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): AppError {
  const reason = (error as NodeJS.ErrnoException).code ?? String(error);
  return new AppError('malformed_request', `Cannot read ${path}: ${reason}.`, { cause: error });
}
