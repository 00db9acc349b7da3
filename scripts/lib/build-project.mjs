import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { withLock } from './file-lock.mjs';
import { hashTimes, listFiles, readStamp } from './fingerprint.mjs';
import { proctorFolder, projectDir } from './project.mjs';
import { runCommand } from './run-command.mjs';
import { StartError } from './start-error.mjs';

const distDir = join(projectDir, 'dist');
const stampFile = join(distDir, '.stamp');
const settings = ['nest-cli.json', 'tsconfig.json', '.swcrc', 'package-lock.json'].map((file) =>
  join(projectDir, file),
);

/**
 * Compiles all apps and libs into `dist/`, unless nothing changed since the last time. The output of files that are
 * gone is removed afterwards rather than the folder before, so that services running from it never miss a file.
 * May be repeated and run at the same time.
 * @returns {Promise<'built' | 'unchanged'>}
 */
export async function buildProject() {
  return withLock(join(proctorFolder(), 'build.lock'), async () => {
    const sources = ['apps', 'libs', 'cli'].flatMap((folder) =>
      listFiles(join(projectDir, folder), isCompiled),
    );
    const stamp = hashTimes([...sources, ...settings]);
    if (readStamp(stampFile) === stamp && sources.every((file) => existsSync(outputOf(file))))
      return 'unchanged';

    mkdirSync(distDir, { recursive: true });
    rmSync(stampFile, { force: true });
    const startedAtMs = Date.now() - 1_000; // file times may be cut to the second
    const nest = join(projectDir, 'node_modules/@nestjs/cli/bin/nest.js');
    const { status, output } = await runCommand(process.execPath, [nest, 'build', '--all']);
    const missing = sources.filter(
      (file) => !existsSync(outputOf(file)) || statSync(outputOf(file)).mtimeMs < startedAtMs,
    );
    if (status !== 0 || missing.length > 0) {
      throw new StartError(
        `the build failed (status ${status}):\n${output.trimEnd()}${listMissing(missing)}`,
      );
    }
    const current = new Set(sources.map(outputOf));
    for (const file of listFiles(distDir, (name) => /\.js(\.map)?$/.test(name))) {
      if (!current.has(file.replace(/\.map$/, ''))) rmSync(file);
    }
    writeFileSync(stampFile, `${stamp}\n`);
    return 'built';
  });
}

/** @param {string} name */
const isCompiled = (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts') && !name.endsWith('.d.ts');

/** @param {string} source @returns {string} */
const outputOf = (source) => join(distDir, relative(projectDir, source).replace(/\.ts$/, '.js'));

/** @param {string[]} files */
function listMissing(files) {
  if (files.length === 0) return '';
  return `\nnot compiled: ${files.map((file) => relative(projectDir, file)).join(', ')}`;
}
