import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { findUnusedExports } from '../../scripts/lib/unused-exports.mjs';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'proctor-exports-'));
  for (const root of ['apps', 'cli', 'libs', 'tools', 'test']) mkdirSync(join(dir, root));
});
afterEach(() => rmSync(dir, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(dir, path)), { recursive: true });
  writeFileSync(join(dir, path), text);
}

const unusedWith = (files: Record<string, string>) => {
  write(
    'libs/queue/src/index.ts',
    `export * from './queue.js';\nexport { type Signal, send as sendSignal } from './signals.js';`,
  );
  write(
    'libs/queue/src/queue.ts',
    'export const LIMIT = 1;\nexport class Queue {}\nexport interface Entry {}\nconst own = 2;',
  );
  write('libs/queue/src/signals.ts', 'export type Signal = string;\nexport function send() {}');
  for (const [path, text] of Object.entries(files)) write(path, text);
  return findUnusedExports(dir).map(({ lib, name }) => `${lib} ${name}`);
};

it('names each export that nothing outside the lib imports', () => {
  expect(unusedWith({ 'libs/queue/src/enqueue.ts': `import { LIMIT } from '@app/queue';` })).toEqual([
    'queue LIMIT',
    'queue Queue',
    'queue Entry',
    'queue Signal',
    'queue sendSignal',
  ]);
});

it('counts imports of values and types under any name, re-exports, and imports by tests', () => {
  const unused = unusedWith({
    'apps/gateway/src/a.ts': `import { LIMIT as limit, type Signal } from '@app/queue';`,
    'libs/other/src/index.ts': '',
    'libs/other/src/b.ts': `import type { Entry } from '@app/queue';\nexport { Queue } from '@app/queue';`,
    'test/queue/c.spec.ts': `import { sendSignal } from '@app/queue';`,
  });
  expect(unused).toEqual([]);
});

it.each([`import * as queue from '@app/queue';`, `const queue = await import('@app/queue');`])(
  'counts everything as imported by %s',
  (statement) => expect(unusedWith({ 'tools/limits/all.ts': statement })).toEqual([]),
);
