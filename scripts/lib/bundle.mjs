import { decode, encode } from '@jridgewell/sourcemap-codec';
import { build, stop } from 'esbuild';
import { projectDir } from './project.mjs';
import { StartError } from './start-error.mjs';

/**
 * Packages that Nest and others load only where an application has them installed, and native add-ons. `require` and
 * `import` of these stay as they are and find the package in node_modules, or nothing.
 */
const NOT_BUNDLED = [
  '@fastify/multipart',
  '@fastify/static',
  '@fastify/view',
  '@grpc/grpc-js',
  '@grpc/proto-loader',
  '@nats-io/transport-node',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  '@nestjs/websockets/*',
  'amqp-connection-manager',
  'amqplib',
  'bufferutil',
  'class-transformer',
  'class-validator',
  'kafkajs',
  'mqtt',
  'msgpackr-extract',
  'nats',
  'pg-native',
  'utf-8-validate',
];

/** What CommonJS packages expect to find in a module. */
const COMMON_JS = `import { createRequire as proctorCreateRequire } from 'node:module';
import { fileURLToPath as proctorFileUrlToPath } from 'node:url';
const require = proctorCreateRequire(import.meta.url);
const proctorFile = proctorFileUrlToPath(import.meta.url);
const proctorFolder = proctorFileUrlToPath(new URL('.', import.meta.url));`;

/** esbuild's helper for `keepNames`. It runs for every function that is created, closures too. */
const NAME_HELPER = '__name=(target,value)=>__defProp(target,"name",{value,configurable:!0})';
/** Defining a property is slow, and most functions have their name: that was a thirtieth of the gateway's processor time. */
const FASTER_NAME_HELPER = NAME_HELPER.replace('=>', '=>target.name===value?target:');

/**
 * @param {string[]} programs source files, relative to the project
 * @param {string} outputDir
 * @returns {Promise<{ path: string, contents: Uint8Array | string }[]>} the programs, at their sources' paths below
 *   `outputDir`, and the chunks that they share, in `chunks/`; nothing is written
 */
export async function bundle(programs, outputDir) {
  try {
    const { outputFiles } = await build({
      absWorkingDir: projectDir,
      entryPoints: programs,
      outbase: '.',
      outdir: outputDir,
      chunkNames: 'chunks/[name]-[hash]',
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      external: NOT_BUNDLED,
      // Nest's decorators expect it before the order in which bundled modules run would have it.
      inject: ['reflect-metadata'],
      banner: { js: COMMON_JS },
      define: { __filename: 'proctorFile', __dirname: 'proctorFolder' },
      // Errors and metrics name classes.
      keepNames: true,
      minifyWhitespace: true,
      minifySyntax: true,
      // An uncaught error prints the line where it happened.
      lineLimit: 160,
      legalComments: 'none',
      sourcemap: 'linked',
      sourcesContent: false,
      write: false,
      logLevel: 'silent',
    });
    if (!outputFiles.some(({ text }) => text.includes(NAME_HELPER)))
      throw new Error('esbuild has another helper for keepNames now');
    return withoutEmptyMaps(
      outputFiles.map(({ path, text }) => ({
        path,
        contents: path.endsWith('.map')
          ? withoutPackages(text)
          : text.replace(NAME_HELPER, FASTER_NAME_HELPER),
      })),
    );
  } catch (error) {
    throw new StartError(`the build failed:\n${error instanceof Error ? error.message : String(error)}`);
  } finally {
    // Its process would stay and keep all that it has read in memory.
    await stop();
  }
}

/**
 * @param {string[]} entries absolute paths of modules that pass on exports of packages @param {string} outputDir
 * @returns {Promise<{ path: string, contents: Uint8Array }[]>} a module for each, and what they share; nothing is written
 */
export async function bundlePackages(entries, outputDir) {
  try {
    const { outputFiles } = await build({
      absWorkingDir: projectDir,
      entryPoints: entries,
      outdir: outputDir,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      external: NOT_BUNDLED,
      // None of esbuild's own: packages are resolved as Node resolves them, whose exports the entries name.
      conditions: [],
      inject: ['reflect-metadata'],
      banner: { js: COMMON_JS },
      define: { __filename: 'proctorFile', __dirname: 'proctorFolder' },
      minifyWhitespace: true,
      lineLimit: 160,
      legalComments: 'none',
      write: false,
      logLevel: 'silent',
    });
    return outputFiles;
  } finally {
    await stop();
  }
}

/**
 * Leaves out the maps of files that hold packages only, half of all that a service loads: Node measures each line of a
 * file that names a map.
 * @param {{ path: string, contents: string }[]} files @returns {{ path: string, contents: string }[]}
 */
function withoutEmptyMaps(files) {
  const empty = new Set(
    files
      .filter(({ path, contents }) => path.endsWith('.map') && /^;*$/.test(JSON.parse(contents).mappings))
      .map(({ path }) => path),
  );
  return files
    .filter(({ path }) => !empty.has(path))
    .map(({ path, contents }) => ({
      path,
      contents: empty.has(`${path}.map`)
        ? contents.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n')
        : contents,
    }));
}

/**
 * Keeps only what a source map says of this project's code: Node parses the maps of all that it loads when a program
 * starts, and those of the packages would take a third of that time.
 * @param {string} text @returns {string}
 */
function withoutPackages(text) {
  const map = JSON.parse(text);
  /** @param {number | undefined} source */
  const isPackage = (source) => source !== undefined && map.sources[source].includes('/node_modules/');
  const lines = decode(map.mappings).map((line) =>
    line
      .map((segment) => (isPackage(segment[1]) ? /** @type {[number]} */ ([segment[0]]) : segment))
      .filter(({ length }, index, segments) => length > 1 || (segments[index - 1]?.length ?? 1) > 1),
  );
  return JSON.stringify({ ...map, mappings: encode(lines) });
}
