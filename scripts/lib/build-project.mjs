import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildConsole, consoleDir, consoleSources } from './build-console.mjs';
import { withLock } from './file-lock.mjs';
import { hashTimes, listFiles, readStamp } from './fingerprint.mjs';
import { proctorFolder, projectDir } from './project.mjs';

const distDir = join(projectDir, 'dist');
const stampFile = join(distDir, '.stamp');
const settings = ['nest-cli.json', 'tsconfig.json', 'package-lock.json', 'scripts/lib/bundle.mjs'].map(
  (file) => join(projectDir, file),
);

/** Programs beside the applications of nest-cli.json. */
const OTHER_PROGRAMS = [
  'apps/gateway/src/create-admin.ts',
  'libs/kube-sandbox/src/main.ts',
  'libs/kube-sandbox/src/kubelet/start-processes.ts',
];

/** A service that started just before may still load chunks of the build before. */
const OLD_CHUNKS_KEPT_MS = 600_000;

/**
 * Bundles each program with the packages that it uses into `dist/`, unless nothing changed since the last time: a
 * program that is one file and a few chunks loads in less than half of the time that its thousands of modules take. May
 * be repeated and run at the same time.
 * @returns {Promise<'built' | 'unchanged'>}
 */
export async function buildProject() {
  return withLock(join(proctorFolder(), 'build.lock'), async () => {
    const results = [await buildServices(), await buildConsole()];
    return results.includes('built') ? 'built' : 'unchanged';
  });
}

/** @returns {Promise<'built' | 'unchanged'>} */
async function buildServices() {
  const sources = ['apps', 'libs', 'cli']
    .flatMap((folder) => listFiles(join(projectDir, folder), isCompiled))
    .filter((path) => !path.startsWith(consoleSources));
  const programs = [...listApplications(), ...OTHER_PROGRAMS];
  const stamp = hashTimes([...sources, ...settings]);
  if (readStamp(stampFile) === stamp && programs.every((program) => existsSync(outputOf(program))))
    return 'unchanged';

  rmSync(stampFile, { force: true });
  // Not at the top: scripts start before the packages are installed.
  const { bundle } = await import('./bundle.mjs');
  const files = await bundle(programs, distDir);
  // Chunks first: a program that starts meanwhile finds each chunk that it names.
  const inOrder = files.sort((a, b) => Number(isChunk(b.path)) - Number(isChunk(a.path)));
  for (const { path, contents } of inOrder) replaceFile(path, contents);
  removeOldFiles(new Set(files.map(({ path }) => path)));
  writeFileSync(stampFile, `${stamp}\n`);
  return 'built';
}

/** @returns {string[]} the applications' main files, relative to the project */
function listApplications() {
  /** @type {{ projects: Record<string, { type: string, sourceRoot: string, entryFile: string }> }} */
  const { projects } = JSON.parse(readFileSync(join(projectDir, 'nest-cli.json'), 'utf8'));
  return Object.values(projects)
    .filter(({ type }) => type === 'application')
    .map(({ sourceRoot, entryFile }) => `${sourceRoot}/${entryFile}.ts`);
}

/** @param {string} path @param {Uint8Array | string} contents */
function replaceFile(path, contents) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, contents);
  renameSync(`${path}.new`, path);
}

/** @param {Set<string>} current */
function removeOldFiles(current) {
  const keptSince = Date.now() - OLD_CHUNKS_KEPT_MS;
  for (const file of listFiles(distDir, (name) => /\.js(\.map)?$/.test(name))) {
    if (
      current.has(file) ||
      file.startsWith(consoleDir) ||
      (isChunk(file) && statSync(file).mtimeMs > keptSince)
    )
      continue;
    rmSync(file);
  }
}

/** @param {string} path */
const isChunk = (path) => path.startsWith(join(distDir, 'chunks/'));

/** @param {string} name */
const isCompiled = (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && !name.endsWith('.d.ts');

/** @param {string} program relative to the project @returns {string} */
const outputOf = (program) => join(distDir, program.replace(/\.ts$/, '.js'));
