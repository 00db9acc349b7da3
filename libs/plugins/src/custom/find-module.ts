import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { isObject, parseObject } from '../http/parse-object.js';

/** A path as opposed to the name of a package. */
export function isPath(name: string): boolean {
  return isAbsolute(name) || /^\.\.?([\\/]|$)/.test(name);
}

/**
 * The file that `name` stands for: a path (a folder with an index file or a package.json too), or an installed
 * package. Null if there is none.
 * @param baseFolder what relative paths start from, and where the search for `node_modules` begins
 */
export function findModule(name: string, baseFolder: string): string | null {
  if (name === '') return null;
  const target = isPath(name) ? resolve(baseFolder, name) : name;
  try {
    const file = createRequire(join(resolve(baseFolder), 'proctor.js')).resolve(target);
    // A module of Node itself resolves to its name.
    return isAbsolute(file) ? file : null;
  } catch {
    return findEsmPackage(name, resolve(baseFolder));
  }
}

/** `require` does not see packages whose package.json offers their entry to `import` alone. */
function findEsmPackage(name: string, folder: string): string | null {
  const manifestPath = join(folder, 'node_modules', name, 'package.json');
  if (existsSync(manifestPath)) {
    const exported = parseObject(readFileSync(manifestPath, 'utf8'))?.['exports'];
    const entry = entryIn(isObject(exported) && '.' in exported ? exported['.'] : exported);
    const path = entry && join(dirname(manifestPath), entry);
    return path && existsSync(path) ? path : null;
  }
  const parent = dirname(folder);
  return parent === folder ? null : findEsmPackage(name, parent);
}

function entryIn(target: unknown): string | null {
  if (typeof target === 'string') return target;
  if (!isObject(target)) return null;
  const condition = Object.keys(target).find((key) => ['node', 'import', 'default'].includes(key));
  return condition === undefined ? null : entryIn(target[condition]);
}
