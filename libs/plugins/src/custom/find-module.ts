import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { isObject, parseObject } from '../http/parse-object.js';

/** Returns true for a path, as opposed to the name of a package. */
export function isPath(name: string): boolean {
  return isAbsolute(name) || /^\.\.?([\\/]|$)/.test(name);
}

/**
 * Resolves `name` to a file: a path (also of a folder with an index file or package.json) or an installed package. Returns
 * null if there is none.
 * @param baseFolder the base of relative paths, and where the search for `node_modules` starts
 */
export function findModule(name: string, baseFolder: string): string | null {
  if (name === '') return null;
  const target = isPath(name) ? resolve(baseFolder, name) : name;
  try {
    const file = createRequire(join(resolve(baseFolder), 'proctor.js')).resolve(target);
    // Node's built-in modules resolve to their own names.
    return isAbsolute(file) ? file : null;
  } catch {
    return findEsmPackage(name, resolve(baseFolder));
  }
}

/** Resolves packages that export their entry point for `import` only, which `require` does not find. */
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
