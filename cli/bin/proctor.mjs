#!/usr/bin/env node
import { existsSync } from 'node:fs';

const main = new URL('../../dist/cli/src/main.js', import.meta.url);

if (existsSync(main)) {
  await import(main.href);
} else {
  process.stderr.write('proctor: The CLI is not built yet. Run `npm start` or `npm run build` first.\n');
  process.exitCode = 69;
}
