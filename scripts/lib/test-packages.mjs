import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashContents } from './fingerprint.mjs';
import { projectDir } from './project.mjs';

/**
 * What specs and the code under test import of packages. One that is missing here works too, but slower, unless it
 * requires one of these itself.
 */
const IMPORTED = [
  '@kubernetes/client-node',
  '@nestjs/common',
  '@nestjs/common/constants',
  '@nestjs/core',
  '@nestjs/microservices',
  '@nestjs/platform-fastify',
  '@opentelemetry/api',
  '@opentelemetry/exporter-metrics-otlp-proto',
  '@opentelemetry/exporter-prometheus',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-metrics',
  '@prisma/adapter-pg',
  '@prisma/client/runtime/client',
  'bullmq',
  'cron-parser',
  'fast-check',
  'fastify',
  'ioredis',
  'ipaddr.js',
  'jose',
  'lossless-json',
  'mailparser',
  'node-cron',
  'nodemailer',
  'pg',
  'pino',
  're2js',
  'reflect-metadata',
  'smtp-server',
  'ws',
  'yaml',
  'yargs',
  'zod',
];

/** What specs use of packages that are slow to load as a whole; name here what a spec misses. @type {Record<string, string[]>} */
const USED = { '@kubernetes/client-node': ['ApiException', 'BatchV1Api', 'CoreV1Api', 'KubeConfig'] };

const cache = join(projectDir, 'node_modules/.cache');
const PREFIX = 'test-packages-';
const stampedFiles = ['package-lock.json', 'scripts/lib/test-packages.mjs', 'scripts/lib/bundle.mjs'];

/**
 * Jest finds, reads, compiles and links every module again for each spec. A few bundled files instead of the 1,800 of the
 * gateway's packages save each of its specs 2 s of processor time; see docs/adr/0048.
 * May be repeated and run at the same time.
 * @returns {Promise<Record<string, string>>} for Jest's `moduleNameMapper`
 */
export async function bundleTestPackages() {
  const stamp = hashContents(stampedFiles.map((file) => join(projectDir, file))).slice(0, 16);
  const folder = join(cache, `${PREFIX}${stamp}`);
  if (!existsSync(folder)) {
    const fresh = `${folder}.${process.pid}`;
    await writeBundles(fresh);
    removeOld(folder);
    try {
      renameSync(fresh, folder);
    } catch (error) {
      if (!existsSync(folder)) throw error;
      rmSync(fresh, { recursive: true }); // another run was faster
    }
  }
  return Object.fromEntries(
    IMPORTED.map((name) => [`^${name.replaceAll('.', '\\.')}$`, join(folder, entryOf(name))]),
  );
}

/** @param {string} name */
const entryOf = (name) => `${name.replaceAll(/[@/]/g, '_')}.mjs`;

/** Removes bundles of earlier versions. @param {string} current another run may have written it meanwhile, or be writing it */
function removeOld(current) {
  const old = readdirSync(cache).filter((name) => name.startsWith(PREFIX) && !name.includes('.'));
  for (const folder of old.map((name) => join(cache, name)))
    if (folder !== current) rmSync(folder, { recursive: true, force: true });
}

/** What Node adds to the exports of a CommonJS package. */
const NOT_EXPORTS = new Set(['module.exports', '__esModule']);

/** @param {string} folder */
async function writeBundles(folder) {
  const { bundlePackages } = await import('./bundle.mjs');
  const entries = join(folder, 'entries');
  mkdirSync(entries, { recursive: true });
  for (const name of IMPORTED) {
    // esbuild passes on of a CommonJS package only what is named.
    const names = USED[name] ?? Object.keys(await import(name)).filter((key) => !NOT_EXPORTS.has(key));
    writeFileSync(join(entries, entryOf(name)), `export { ${names.join(', ')} } from '${name}';\n`);
  }
  const files = await bundlePackages(
    IMPORTED.map((name) => join(entries, entryOf(name))),
    folder,
  );
  for (const { path, contents } of files) writeFileSync(path, contents);
}
