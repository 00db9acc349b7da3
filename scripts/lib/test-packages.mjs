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

/** Of packages that are large, and would be slow to load as a whole. @type {Record<string, string[]>} */
const USED = { '@kubernetes/client-node': ['ApiException', 'BatchV1Api', 'CoreV1Api', 'KubeConfig'] };

const cache = join(projectDir, 'node_modules/.cache');
const PREFIX = 'test-packages-';
const stampedFiles = ['package-lock.json', 'scripts/lib/test-packages.mjs', 'scripts/lib/bundle.mjs'];

/**
 * Jest loads every module anew for each spec. It finds, reads and links each of the 1,800 files of the gateway's packages,
 * which takes several times as long as the specs' own work, and a few bundled files instead in a fraction of that.
 * May be repeated and run at the same time.
 * @returns {Promise<Record<string, string>>} for Jest's `moduleNameMapper`
 */
export async function bundleTestPackages() {
  const stamp = hashContents(stampedFiles.map((file) => join(projectDir, file))).slice(0, 16);
  const folder = join(cache, `${PREFIX}${stamp}`);
  if (!existsSync(folder)) {
    const fresh = `${folder}.${process.pid}`;
    await writeBundles(fresh);
    removeOld();
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

/** Bundles of earlier versions; not those that another run is writing. */
function removeOld() {
  for (const name of readdirSync(cache))
    if (name.startsWith(PREFIX) && !name.includes('.')) rmSync(join(cache, name), { recursive: true });
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
