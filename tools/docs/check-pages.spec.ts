import { describe, expect, it } from '@jest/globals';
import { checkPages, findUndocumented, type Known, type Pages } from './check-pages.js';

const known: Known = {
  exists: (path) => ['README.md', 'docs/a.md', 'docs/b.md', 'scripts/x.mjs', 'test/x.spec.ts'].includes(path),
  read: () => "it('refuses a stranger', () => {}); it('lets the owner in', () => {});",
  settings: new Set(['PROCTOR_APP_PORT', 'PROCTOR_ALLOWED_PULL_SECRETS']),
  commands: new Set(['list', 'schedule', 'schedule list']),
  scripts: new Set(['check', 'docs:check']),
};

const b = '# B\n\n## How it works: `x`, y\n\n## Twice\n\n## Twice\n';
const problemsOf = (a: string): string[] => checkPages({ 'docs/a.md': a, 'docs/b.md': b }, known);

describe('checkPages', () => {
  it.each([
    ['[b](b.md)'],
    ['[b](b.md#how-it-works-x-y)'],
    ['[b](b.md#twice-1)'],
    ['# Here\n\n[here](#here)'],
    ['[script](../scripts/x.mjs) and [the web](https://example.com/nothing#there)'],
    ['`[no link](gone.md)` and\n\n```\n[code](gone.md)\n```'],
    ['[x](../test/x.spec.ts): “refuses a\nstranger”, “lets the owner in”'],
    ['`PROCTOR_APP_PORT=5001`, `npm run docs:check`, `proctor schedule list`, `npx proctor list`'],
  ])('accepts %j', (a) => {
    expect(problemsOf(a)).toEqual([]);
  });

  it.each([
    ['[b](gone.md)', 'docs/a.md:1: no such file: gone.md'],
    ['![b](gone.svg)', 'docs/a.md:1: no such file: gone.svg'],
    ['<img src="gone.svg">', 'docs/a.md:1: no such file: gone.svg'],
    ['[out](../../etc/passwd)', 'docs/a.md:1: no such file: ../../etc/passwd'],
    ['\n[b](b.md#gone)', 'docs/a.md:2: no heading for the anchor: b.md#gone'],
    ['[b](b.md#twice-2)', 'docs/a.md:1: no heading for the anchor: b.md#twice-2'],
    ['[here](#gone)', 'docs/a.md:1: no heading for the anchor: #gone'],
    ['\n[x](../test/x.spec.ts): “lets the owner in”, “x”', 'docs/a.md:2: ../test/x.spec.ts has no test “x”'],
    ['`PROCTOR_GONE=1`', 'docs/a.md:1: no such setting: PROCTOR_GONE'],
    ['`npm run gone`', 'docs/a.md:1: no such script: npm run gone'],
    ['`npx proctor gone`', 'docs/a.md:1: no such command: proctor gone'],
    [`| ${'x'.repeat(160)} |`, 'docs/a.md:1: table line of 164 columns, at most 160'],
  ])('refuses %j', (a, problem) => {
    expect(problemsOf(a)).toEqual([problem]);
  });

  it.each<[string, string, string[]]>([
    ['a long line', 'x'.repeat(111), ['README.md:1: 111 columns, at most 110']],
    ['a long page', 'x\n'.repeat(6_145), ['README.md: 12290 bytes, at most 12288']],
    ['a page at its limits', `${'–'.repeat(110)}\n${'x\n'.repeat(5_900)}`, []],
  ])('measures the README: %s', (_name, readme, problems) => {
    const pages: Pages = { 'README.md': readme };
    expect(checkPages(pages, known)).toEqual(problems);
  });
});

describe('findUndocumented', () => {
  it('names settings that no page has, and accepts the beginning of a name', () => {
    const source = "env['PROCTOR_GONE'] ?? env.PROCTOR_APP_PORT ?? `PROCTOR_ALLOWED_${kind}`";
    expect(findUndocumented('x.ts', source, known.settings)).toEqual([
      'x.ts: reads PROCTOR_GONE, which docs/settings.md does not have',
    ]);
  });
});
