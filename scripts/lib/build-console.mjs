import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { hashTimes, listFiles, readStamp } from './fingerprint.mjs';
import { projectDir } from './project.mjs';

export const consoleSources = join(projectDir, 'apps/console/');
/** What the gateway serves under `/console/`. */
export const consoleDir = join(projectDir, 'dist/apps/console/');
const stampFile = join(consoleDir, '.stamp');

/** Libs that also run in a browser. */
const LIBS = ['contract', 'domain', 'gateway-client', 'timing'];

/**
 * Builds the console into files with hashed names, and a `.br` and a `.gz` beside each that compresses, unless nothing
 * changed since the last time. Not at the same time as another build.
 * @returns {Promise<'built' | 'unchanged'>}
 */
export async function buildConsole() {
  const stamp = hashTimes(listInputs());
  if (readStamp(stampFile) === stamp && existsSync(join(consoleDir, 'index.html'))) return 'unchanged';

  const newDir = `${consoleDir.slice(0, -1)}.new`;
  // Not at the top: scripts start before the packages are installed.
  const { build } = await import('vite');
  await build({
    configFile: false,
    root: consoleSources,
    // Relative: the gateway may be reached below a path of another host.
    base: './',
    publicDir: false,
    logLevel: 'warn',
    resolve: {
      alias: [{ find: /^@app\/(.*)$/, replacement: join(projectDir, 'libs/$1/src/index.ts') }],
    },
    build: {
      outDir: newDir,
      emptyOutDir: true,
      target: 'es2022',
      // The content security policy allows no data: URLs and nothing inline.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      manifest: 'manifest.json',
      license: { fileName: 'licenses.md' },
      reportCompressedSize: false,
      rolldownOptions: {
        // Before the contract, whose schemas zod would otherwise compile: see configure-zod.ts.
        output: {
          codeSplitting: { groups: [{ name: 'zod', test: /configure-zod|node_modules[\\/]zod[\\/]/ }] },
        },
        // 'use client' is for servers that render React.
        onwarn: (warning, warn) => {
          if (warning.code !== 'MODULE_LEVEL_DIRECTIVE') warn(warning);
        },
      },
    },
  });
  for (const file of listFiles(join(newDir, 'assets'), (name) => /\.(js|css|svg)$/.test(name)))
    compress(file);
  writeFileSync(join(newDir, '.stamp'), `${stamp}\n`);
  // A gateway that runs has read the files before.
  rmSync(consoleDir, { recursive: true, force: true });
  renameSync(newDir, consoleDir);
  return 'built';
}

/** @returns {string[]} every file that can change what is built */
function listInputs() {
  const libs = LIBS.flatMap((lib) =>
    listFiles(
      join(projectDir, 'libs', lib, 'src'),
      (name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'),
    ),
  );
  const settings = ['package-lock.json', 'tsconfig.json', 'scripts/lib/build-console.mjs'];
  return [
    ...listFiles(consoleSources, (name) => !name.endsWith('.spec.ts')),
    ...libs,
    ...settings.map((file) => join(projectDir, file)),
  ];
}

/** @param {string} file */
function compress(file) {
  const plain = readFileSync(file);
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: plain.length };
  writeFileSync(`${file}.br`, brotliCompressSync(plain, { params }));
  writeFileSync(`${file}.gz`, gzipSync(plain, { level: 9 }));
}
