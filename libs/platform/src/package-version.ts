import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The version in Proctor's package.json. Null: not found. */
export function packageVersion(folder: string = import.meta.dirname): string | null {
  return findProject(folder)?.version ?? null;
}

/** The folder of Proctor's package.json, which lies above the built file wherever the build puts that. Null: not found. */
export function projectFolder(folder: string = import.meta.dirname): string | null {
  return findProject(folder)?.folder ?? null;
}

function findProject(folder: string): { folder: string; version: string } | null {
  for (let above = folder; ; above = dirname(above)) {
    const version = versionIn(above);
    if (version !== null) return { folder: above, version };
    if (above === dirname(above)) return null;
  }
}

function versionIn(folder: string): string | null {
  try {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    return name === 'proctor' && typeof version === 'string' ? version : null;
  } catch {
    return null;
  }
}
