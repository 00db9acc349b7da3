#!/usr/bin/env node
import { existsSync } from 'node:fs';

const UNAVAILABLE = 69;
const INTERNAL = 70;
const BROKEN_PIPE = 141;

/** The one place that sees what no other catches: a sentence, never a stack trace. */
function fail(error) {
  const message = String(error?.message ?? error).split('\n', 1)[0];
  if (error?.code === 'EPIPE') process.exit(BROKEN_PIPE);
  try {
    process.stderr.write(`proctor: ${reasonOf(error) ?? `The CLI failed: ${message}. Please report it.`}\n`);
  } finally {
    process.exit(INTERNAL);
  }
}

function reasonOf({ syscall, code } = {}) {
  if (syscall === 'uv_cwd') return 'The current folder does not exist any more. Change to another one.';
  if (['ERR_MODULE_NOT_FOUND', 'ENOENT', 'EACCES'].includes(code))
    return `The CLI is not complete (${code}). Build it again with \`npm run build\`.`;
  return null;
}

process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);

const main = new URL('../../dist/cli/src/main.js', import.meta.url);
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`proctor: Node.js 20.19 or later is needed; this is ${process.versions.node}.\n`);
  process.exitCode = UNAVAILABLE;
} else if (existsSync(main)) {
  await import(main.href).catch(fail);
} else {
  process.stderr.write('proctor: The CLI is not built yet. Run `npm start` or `npm run build` first.\n');
  process.exitCode = UNAVAILABLE;
}
