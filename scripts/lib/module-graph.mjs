import { posix } from 'node:path';

/**
 * Which modules a module uses, seen through barrels: `import { canRun } from '@app/domain'` depends on the file that
 * defines `canRun`, not on everything that libs/domain exports. When the text alone does not decide, it
 * counts as a dependency.
 *
 * @typedef {object} Import
 * @property {string} from @property {string[] | null} names null: all of its exports
 *
 * @typedef {object} Module
 * @property {Import[]} imports
 * @property {Map<string, { from: string, name: string }>} reexports by exported name
 * @property {string[]} stars modules of which it exports everything
 * @property {Set<string>} names that it defines and exports itself
 * @property {boolean} isBarrel it only passes on exports of others
 * @property {boolean} readsFiles it may depend on files that it does not import
 */

const statement = /^(import|export)\s+(type\s+)?([^'";]*?)\s*from\s*'([^']+)'/gm;
const bareImport = /^import\s*'([^']+)'/gm;
const inlineImport = /\bimport\(\s*(?:'([^']+)'\s*\)|(?=[^']))/g;
const definition =
  /^export\s+(?:default\s+)?(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|const|let|class|type|interface|enum|namespace)\s+([\w$]+)/gm;
const fileAccess =
  /'(?:node:)?(?:fs|fs\/promises|child_process|worker_threads|module)'|\brequire\(|\bcreateRequire\b/;

/** @param {string} text @returns {Module} */
export function parseModule(text) {
  /** @type {Module} */
  const module = {
    imports: [],
    reexports: new Map(),
    stars: [],
    names: new Set(),
    isBarrel: false,
    readsFiles: fileAccess.test(text),
  };
  for (const [, kind, , clause = '', from = ''] of text.matchAll(statement)) {
    if (kind === 'import') module.imports.push({ from, names: importedNames(clause) });
    else if (clause.trim() === '*') module.stars.push(from);
    else {
      const names = listNames(clause);
      for (const [name, exported] of names ?? []) module.reexports.set(exported, { from, name });
      if (!names) module.imports.push({ from, names: null });
    }
  }
  for (const [, from = ''] of text.matchAll(bareImport)) module.imports.push({ from, names: null });
  for (const [, from] of text.matchAll(inlineImport)) {
    if (from === undefined) module.readsFiles = true;
    else module.imports.push({ from, names: null });
  }
  for (const [, name = ''] of text.matchAll(definition)) module.names.add(name);
  const rest = text
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
    .replace(statement, '')
    .replace(/[;\s]/g, '');
  module.isBarrel = rest === '' && module.imports.length === 0;
  return module;
}

/** @param {string} clause between `import` and `from` @returns {string[] | null} */
function importedNames(clause) {
  const names = /^\{[\s\S]*\}$/.test(clause.trim()) ? listNames(clause) : null;
  return names && names.map(([name]) => name);
}

/** @param {string} clause `{ a, type B as C }` @returns {[name: string, as: string][] | null} */
function listNames(clause) {
  const list = /^\{([\s\S]*)\}$/.exec(clause.trim())?.[1];
  if (list === undefined) return null;
  return list
    .split(',')
    .map((item) => item.trim().replace(/^type\s+/, ''))
    .filter(Boolean)
    .map((item) => {
      const [name = '', as = name] = item.split(/\s+as\s+/);
      return [name, as];
    });
}

/**
 * @param {ReadonlyMap<string, string>} texts path → text of every module of the project
 * @returns {{ closureOf(path: string, options?: { throughBarrels?: boolean }): Set<string>, readsFiles(path: string): boolean }}
 *   `closureOf`: all that a module depends on, itself included; `throughBarrels: false`: a barrel counts with all it exports
 */
export function createModuleGraph(texts) {
  const modules = new Map([...texts].map(([path, text]) => [path, parseModule(text)]));

  /** @param {string} from @param {string} importer @returns {string | undefined} undefined: not of the project */
  const resolve = (from, importer) => {
    const lib = /^@app\/([^/]+)$/.exec(from)?.[1];
    if (!lib && !from.startsWith('.')) return undefined;
    const path = lib ? `libs/${lib}/src/index.ts` : posix.join(posix.dirname(importer), from);
    const source = path.replace(/\.js$/, '.ts');
    // If neither exists, the source was deleted.
    return modules.has(path) ? path : source;
  };

  /** @param {string} path @param {string} name @param {Set<string>} seen @returns {string | undefined} where it is defined */
  const findDefinition = (path, name, seen = new Set()) => {
    const module = modules.get(path);
    if (!module || seen.has(path)) return undefined;
    seen.add(path);
    const passedOn = module.reexports.get(name);
    if (passedOn) {
      const target = resolve(passedOn.from, path);
      return target && (modules.get(target)?.isBarrel ? findDefinition(target, passedOn.name, seen) : target);
    }
    if (module.names.has(name)) return path;
    for (const star of module.stars) {
      const target = resolve(star, path);
      const found = target && findDefinition(target, name, seen);
      if (found) return found;
    }
    return undefined;
  };

  /** @param {string} path @param {boolean} throughBarrels @returns {string[]} */
  const dependenciesOf = (path, throughBarrels) => {
    const module = modules.get(path);
    if (!module) return [];
    const found = module.imports.flatMap(({ from, names }) => {
      const target = resolve(from, path);
      if (!target) return [];
      if (!throughBarrels || !names || !modules.get(target)?.isBarrel) return [target];
      return names.map((name) => findDefinition(target, name) ?? target);
    });
    const passedOn = [...module.stars, ...[...module.reexports.values()].map(({ from }) => from)];
    return [...found, ...passedOn.flatMap((from) => resolve(from, path) ?? [])];
  };

  return {
    closureOf(path, { throughBarrels = true } = {}) {
      const closure = new Set([path]);
      for (const member of closure)
        for (const dependency of dependenciesOf(member, throughBarrels)) closure.add(dependency);
      return closure;
    },
    readsFiles: (path) => modules.get(path)?.readsFiles ?? false,
  };
}
