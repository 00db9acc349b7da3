import { createModuleGraph } from './module-graph.mjs';

const modulePattern = /\.(ts|mjs|cjs|js)$/;
/** Not imported by specs, and yet able to change the outcome of each. */
const affectsAll = /^(package(-lock)?\.json|jest\.config\.mjs|tsconfig\.json|prisma\/.*|\.npmrc)$/;

/**
 * Chooses the specs whose outcome a change may alter: those that depend on a changed module, and, whatever changed,
 * those that can read files. A module that only a barrel leads to is still loaded with it, so one spec that loads it
 * runs too.
 * @param {readonly string[]} specs @param {readonly string[]} changed paths
 * @param {ReadonlyMap<string, string>} texts path → text of every module of the project
 * @returns {string[]}
 */
export function relatedSpecs(specs, changed, texts) {
  if (changed.length === 0) return [];
  if (changed.some((path) => affectsAll.test(path))) return [...specs];
  const graph = createModuleGraph(texts);
  const closures = new Map(specs.map((spec) => [spec, graph.closureOf(spec)]));
  const isChanged = new Set(changed);
  const related = new Set(
    specs.filter((spec) =>
      [...(closures.get(spec) ?? [])].some((path) => isChanged.has(path) || graph.readsFiles(path)),
    ),
  );
  for (const path of changed.filter((one) => modulePattern.test(one))) {
    if ([...related].some((spec) => closures.get(spec)?.has(path))) continue;
    const loading = specs.find((spec) => graph.closureOf(spec, { throughBarrels: false }).has(path));
    if (loading) related.add(loading);
  }
  return [...related];
}

/** @param {Iterable<string>} paths @returns {string[]} */
export const listModules = (paths) => [...paths].filter((path) => modulePattern.test(path));
