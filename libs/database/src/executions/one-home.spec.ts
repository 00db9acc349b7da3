import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { EXECUTION_STATUSES, GATE_NAMES } from '@app/domain';

/** Production code. tools/limits asserts from outside, as a test does. */
const FOLDERS = ['apps', 'libs', 'cli/src', 'tools/chaos'];

/** The repository: every Jest project runs from its root. */
const root = process.cwd();

const sources = FOLDERS.flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => `${folder}/${path}`),
).filter((path) => /\.ts$/.test(path) && !/\.spec\.ts$|\/(testing|generated|dist|node_modules)\//.test(path));

/** `path: match` of each place in production code. */
function findAll(pattern: RegExp): string[] {
  return sources.flatMap((path) =>
    [...readFileSync(join(root, path), 'utf8').matchAll(pattern)].map(([match]) => `${path}: ${match}`),
  );
}

const status = `['"\`](?:${EXECUTION_STATUSES.join('|')})['"\`]`;
const gate = `['"\`](?:${GATE_NAMES.join('|')})['"\`]`;

/** Comparing with one of these literals, in TypeScript or in SQL. */
const comparisonWith = (literal: string) =>
  new RegExp(
    [
      `(?:[!=]==?|<>|\\bIN \\(|\\bDISTINCT FROM|\\b(?:includes|has)\\() ?${literal}`,
      `${literal} ?(?:[!=]==?|<>)`,
      `\\bcase ${literal}:`,
      // In SQL: elsewhere a single "=" assigns.
      `\\b(?:WHERE|AND|OR|WHEN|ON|NOT|where|and|or|when|on|not) (?:\\w+\\.)?\\w+ = ${literal}`,
    ].join('|'),
    'g',
  );

describe('production code', () => {
  it('is searched', () => {
    expect(sources.length).toBeGreaterThan(300);
    expect(sources).toContain('libs/database/src/executions/accept.ts');
  });

  it('accepts executions in one place', () => {
    expect(findAll(/INSERT INTO "?execution"?[ (]/gi)).toEqual([
      'libs/database/src/executions/accept.ts: INSERT INTO execution ',
    ]);
  });

  it('ends executions, and records the event of an end, in one place', () => {
    expect(findAll(/\bended_at = now\(\)/gi)).toEqual([
      'libs/database/src/executions/finish.ts: ended_at = now()',
    ]);
    expect(findAll(/INSERT INTO notification[^;]*?'ended'/g)).toHaveLength(1);
  });

  it('compares statuses in one place', () => {
    const files = findAll(comparisonWith(status)).map((found) => found.split(':')[0]);
    expect([...new Set(files)]).toEqual(['libs/domain/src/execution/execution-state.ts']);
  });

  it('knows each gate of admission by name only in its row, its question and its module', () => {
    const files = findAll(comparisonWith(gate)).map((found) => found.split(':')[0]);
    const modules = GATE_NAMES.map((name) => `libs/database/src/executions/admission/${name}-gate.ts`);
    expect([...new Set(files)].sort()).toEqual(modules.sort());
  });
});

describe('the search for comparisons', () => {
  it.each([
    `if (status === 'FINISHED')`,
    `if (end?.status !== "CANCELLED")`,
    `'POD_READY' === status`,
    `case 'TIMED_OUT':`,
    `['x'].includes('FINISHED')`,
    `WHERE status = 'FINISHED'`,
    `AND ended_status <> 'POD_FAILED'`,
    `OR e.status IS DISTINCT FROM 'CANCELLED'`,
    `status IN ('RECEIVED')`,
  ])('finds %s', (text) => {
    expect(text).toMatch(comparisonWith(status));
  });

  it.each([
    `{ status: 'FINISHED', exitCode: 0 }`,
    `move('POD_READY', null)`,
    `FINISHED: 'done'`,
    `follower.status = 'CREATED'`,
    `UPDATE execution SET status = 'CANCELLED'`,
  ])('leaves %s alone', (text) => {
    expect(text).not.toMatch(comparisonWith(status));
  });
});
