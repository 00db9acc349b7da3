// `npm run check`: what must pass before a commit. `npm run check -- --help`.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { buildProject } from './lib/build-project.mjs';
import { checkDependencies } from './lib/check-dependencies.mjs';
import { checkNode } from './lib/check-node.mjs';
import { checkConsoleBudget } from './lib/console-budget.mjs';
import { generateClient } from './lib/generate-client.mjs';
import { readGreenTree, recordGreenTree } from './lib/green-record.mjs';
import { arePackagesInstalled, installPackages } from './lib/install-packages.mjs';
import { dim, duration, green, red, say, step } from './lib/progress.mjs';
import { projectDir } from './lib/project.mjs';
import { listModules, relatedSpecs } from './lib/related-specs.mjs';
import { runCommand } from './lib/run-command.mjs';
import { changedPaths, hashImports, hashSourceTree } from './lib/source-tree.mjs';
import { describeError, runMain, StartError } from './lib/start-error.mjs';

const help = `npm run check [-- --all]: checks format, types, boundaries, exports, documents, lint, dependencies, build and
the size of the console, and runs the unit tests.

Skips what passed before on exactly these files, packages and Node.js; after a change runs only the unit tests that it
can affect.

  --all   run everything (the default when CI=true)
  --help  show this help
`;

const unitSpec = /^(apps|libs|cli|tools)\/.*\.spec\.ts$/;

/**
 * @typedef {object} Check
 * @property {string} name of a script in package.json
 * @property {(path: string) => boolean} [reads] files that can change its outcome; all if absent
 * @property {(tree: Map<string, string>) => Map<string, string>} [view] hashes the part of each file that can change it;
 *   the whole file if absent
 * @property {number} [maxAgeMs] how long a pass counts, if the outcome depends on more than files
 * @property {(changed: string[] | undefined, tree: Map<string, string>) => Promise<string | void>} [run] throws when it
 *   fails, returns a remark; `changed`: since it passed last, undefined if unknown. Runs the script if absent.
 */

const isDocument = (/** @type {string} */ path) => path.endsWith('.md');
const DAY_MS = 24 * 3600 * 1000;

const isRead = (/** @type {string} */ path) => !isDocument(path);

const mayChangeDependencies = (/** @type {string} */ path) =>
  ['package.json', 'package-lock.json', '.npmrc', 'audit-exceptions.json'].includes(path) ||
  path.startsWith('scripts/');

/** Each lane runs its checks one after the other, at the same time as the other lane. @type {Check[][]} */
const lanes = [
  [{ name: 'test:unit', run: runUnitTests }],
  [
    { name: 'typecheck', reads: isRead },
    { name: 'boundaries', reads: isRead, view: hashImports },
    { name: 'exports', reads: isRead },
    { name: 'format:check' },
    { name: 'docs:check' },
    { name: 'lint', reads: isRead },
    { name: 'dependencies', reads: mayChangeDependencies, maxAgeMs: DAY_MS, run: checkDependencies },
    { name: 'build', reads: isRead, run: buildWithinBudget },
  ],
];

await runMain(async () => {
  const args = process.argv.slice(2);
  if (args.includes('--help')) return say(help);
  const unknown = args.find((arg) => arg !== '--all');
  if (unknown) throw new StartError(`unknown option "${unknown}"`, 'See `npm run check -- --help`.');
  const all = args.includes('--all') || process.env.CI === 'true';
  checkNode();
  const startedAt = performance.now();
  if (!arePackagesInstalled()) await step('install packages (npm ci)', installPackages);
  await step('generate the database client', async (note) => note(await generateClient()));
  const tree = hashSourceTree();
  /** @type {{ name: string, seen: Map<string, string>, remark: string }[]} */
  const passed = [];
  /** @type {string[]} */
  const failed = [];
  await Promise.all(
    lanes.map(async (lane) => {
      for (const check of lane) {
        const seen = check.view?.(tree) ?? tree;
        const remark = await passes(check, seen, all);
        if (remark === undefined) failed.push(check.name);
        else passed.push({ name: check.name, seen, remark });
      }
    }),
  );
  // A check may have passed for files that were saved after the tree was hashed.
  const isStable = changedPaths(tree, hashSourceTree()).length === 0;
  if (isStable) passed.forEach(({ name, seen, remark }) => recordGreenTree(name, seen, remark));
  else say(dim('files changed during the checks: the next run repeats them'));
  const time = duration(performance.now() - startedAt);
  if (failed.length === 0) return say(green(`all ${passed.length} checks passed in ${time}`));
  say(red(`failed: ${failed.join(', ')} (${time})`));
  return 1;
});

/**
 * @param {Check} check @param {Map<string, string>} tree @param {boolean} all
 * @returns {Promise<string | undefined>} a remark that stays true while nothing changes, or ''; undefined: it fails
 */
async function passes({ name, reads = () => true, maxAgeMs, run }, tree, all) {
  const startedAt = performance.now();
  const before = all ? undefined : readGreenTree(name, maxAgeMs);
  const changed = before && changedPaths(before.files, tree).filter(reads);
  if (before && changed?.length === 0) {
    const remark = before.remark ? `: ${before.remark}` : '';
    say(`${green('✔')} ${name} ${dim(`(unchanged since it passed${remark})`)}`);
    return before.remark;
  }
  try {
    const remark = run ? await run(changed, tree) : await runScript(name);
    say(
      `${green('✔')} ${name} ${dim(`${remark ? `(${remark}) ` : ''}${duration(performance.now() - startedAt)}`)}`,
    );
    return maxAgeMs === undefined ? '' : (remark ?? '');
  } catch (error) {
    say(`${red('✘')} ${name} ${dim(duration(performance.now() - startedAt))}`);
    say(`${describeFailure(error).replace(/^/gm, '    ')}\n`);
    return undefined;
  }
}

async function buildWithinBudget() {
  const result = await buildProject();
  return `${result}; console: ${checkConsoleBudget()}`;
}

/** @param {unknown} error */
function describeFailure(error) {
  return error instanceof StartError ? error.message : describeError(error);
}

/** @param {string} name @param {string[]} [args] */
async function runScript(name, args = []) {
  const more = args.length > 0 ? ['--', ...args] : [];
  const { status, output } = await runCommand('npm', ['run', '--silent', name, ...more]);
  if (status !== 0) throw new StartError(output.trimEnd());
}

/** @param {string[] | undefined} changed @param {Map<string, string>} tree */
async function runUnitTests(changed, tree) {
  const workers = ['--maxWorkers', String(availableParallelism())];
  const specs = [...tree.keys()].filter((path) => unitSpec.test(path));
  const modules = listModules(tree.keys());
  const texts = () => new Map(modules.map((path) => [path, readFileSync(join(projectDir, path), 'utf8')]));
  const related = changed ? relatedSpecs(specs, changed, texts()) : specs;
  if (related.length === specs.length) await runScript('test:unit', workers);
  else if (related.length > 0) await runScript('test:unit', [...workers, '--runTestsByPath', ...related]);
  return `${related.length} of ${specs.length} specs`;
}
