import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import config from '../../.dependency-cruiser.mjs';
import { refusalsIn, type Refusal } from './plant.js';
import { HOMES, PARTS, PORTABLE } from './tables.mjs';

const projectDir = join(import.meta.dirname, '../..');
const ruleNames = config.forbidden!.map(({ name }) => name);

const { dependencies } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};
const packages = Object.keys(dependencies);

const foldersOf = (root: string) =>
  readdirSync(join(projectDir, root), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${root}/${name}`);
/** Every part in the tree and in the table, and one of each kind that has no row of its own. */
const parts = [
  ...new Set([
    ...foldersOf('apps'),
    ...foldersOf('libs'),
    ...PARTS.map(([part]) => part.replace('*', 'new')),
  ]),
  'test',
];

/** An import, and the names of the rules that refuse it: none if it is legal. */
interface Planted {
  from: string;
  imports: string;
  refusedBy: string[];
}

/** From each part to each other one. What is expected is read from the table without regular expressions. */
const betweenParts = parts.flatMap((from) => {
  const row =
    PARTS.find(([part]) => part === from) ?? PARTS.find(([part]) => part === from.replace(/[^/]+$/, '*'));
  return parts
    .filter((to) => to !== from)
    .map((to): Planted => {
      const target = `${to}/src/index.ts`;
      const isLegal =
        row?.[1].some((may) => target.startsWith(may.includes('/') ? may : `libs/${may}/`)) ?? true;
      return {
        from: `${from}/src/parts.ts`,
        imports: target,
        refusedBy: isLegal ? [] : [`${row![0].replace('/*', '').replace('/', '-')}-imports`],
      };
    });
});

/** From a file of each part, of each home, and of a spec, to each package. */
const toPackages = [
  ...parts.map((part) => `${part}/src/packages.ts`),
  ...HOMES.flatMap(([, places]) => places.map((place) => `${place}/packages.ts`)),
  'libs/domain/src/packages.spec.ts',
  'libs/runner/src/testing/packages.ts',
].flatMap((from) =>
  packages.map((name): Planted => {
    const isFree = /^(tools|test)\/|\.spec\.|\/testing\//.test(from);
    const homes = HOMES.filter(
      ([names, places]) =>
        names.some((home) => `${name}/`.startsWith(`${home}/`)) &&
        !places.some((place) => from.startsWith(`${place}/`)),
    ).map(([[first]]) => `home-of-${first!.replace('@', '').replace('/', '-')}`);
    const portable = PORTABLE.filter(
      ([lib, allowed]) => from.startsWith(`libs/${lib}/`) && !allowed.includes(name),
    ).map(([lib]) => `${lib}-runs-anywhere`);
    return { from, imports: name, refusedBy: isFree ? [] : [...homes, ...portable] };
  }),
);

const breach = (rule: string, from: string, imports: string): Planted => ({
  from,
  imports,
  refusedBy: [rule],
});
const legal = (from: string, imports: string): Planted => ({ from, imports, refusedBy: [] });

const others: Planted[] = [
  ...PORTABLE.map(([lib]) => breach(`${lib}-runs-anywhere`, `libs/${lib}/src/core.ts`, 'node:fs')),
  legal('libs/domain/src/core.spec.ts', 'node:fs'),

  breach('libs-by-their-index', 'apps/gateway/src/deep.ts', 'libs/database/src/executions/store.ts'),
  breach('libs-by-their-index', 'tools/limits/deep.ts', 'libs/database/src/executions/store.ts'),
  breach('libs-by-their-index', 'libs/queue/src/deep.ts', 'libs/domain/src/proc/proc.ts'),
  legal('libs/queue/src/deep.ts', 'libs/queue/src/signals/signal.ts'),
  legal('test/queue/deep.ts', 'libs/queue/src/signals/signal.ts'),

  breach(
    'no-testing-in-production',
    'apps/executor-worker/src/fake.ts',
    'libs/runner/src/testing/fake-runner.ts',
  ),
  breach('no-testing-in-production', 'libs/queue/src/fake.ts', 'libs/queue/src/queue.spec.ts'),
  legal('apps/executor-worker/src/fake.spec.ts', 'libs/runner/src/testing/fake-runner.ts'),
  legal('apps/executor-worker/src/testing/fake.ts', 'libs/runner/src/testing/fake-runner.ts'),

  breach('no-dev-dependencies-in-production', 'libs/database/src/dev.ts', 'fast-check'),
  legal('libs/database/src/dev.spec.ts', 'fast-check'),
  legal('apps/gateway/src/dev.ts', 'type fastify'),

  // Installed for @kubernetes/client-node.
  breach('no-undeclared-packages', 'tools/limits/undeclared.ts', 'undici'),
  breach('no-missing-files', 'test/missing.ts', './missing-one.js'),

  breach('tools-imports', 'tools/chaos/inside.ts', 'apps/gateway/src/start-gateway.ts'),
  legal('test/gateway/inside.ts', 'apps/gateway/src/start-gateway.ts'),
  legal('tools/chaos/support.ts', 'test/support/system.ts'),
  legal('scripts/chaos.mjs', 'tools/chaos/main.ts'),
  legal('scripts/fuzz.mjs', 'tools/fuzz/main.ts'),
  breach('scripts-imports', 'scripts/lib/build.mjs', 'dist/libs/domain/src/index.js'),
  breach('cli-imports', 'cli/src/sample.ts', 'procs/say-hello-world/sample.mjs'),
];
/** A circle of types; it is reported once. */
const circle = ['first.ts', 'second.ts', 'third.ts'].map((file) => `libs/plugins/src/circle/${file}`);
const inCircle = circle.map((from, i): Planted => legal(from, `type ${circle.at(i - 2)!}`));

const planted = [...betweenParts, ...toPackages, ...others, ...inCircle];

function statementFor({ from, imports }: Planted, at: number): string {
  const [, type, target] = /^(type )?(.*)$/.exec(imports)!;
  const index = /^libs\/([^/]+)\/src\/index\.ts$/.exec(target!);
  const path = index ? `@app/${index[1]}` : target!.replace(/\.ts$/, '.js');
  const isFile = /^(apps|libs|cli|tools|scripts|test|procs|dist)\//.test(path);
  const specifier = isFile ? `${'../'.repeat(from.split('/').length - 1)}${path}` : path;
  return type ? `import type { T${at} } from '${specifier}';` : `import '${specifier}';`;
}

describe('the boundary rules', () => {
  let refusals: Refusal[];

  beforeAll(() => {
    const files = new Map<string, string>();
    const write = (path: string, text: string) => files.set(path, `${files.get(path) ?? ''}${text}\n`);
    for (const [at, one] of planted.entries()) {
      if (/^\w+\/.*\.(ts|js|mjs)$/.test(one.imports)) write(one.imports, '');
      write(one.from, statementFor(one, at));
    }
    refusals = refusalsIn(files);
  }, 120_000);

  const found = (from: string, to: string) =>
    refusals
      .filter((refusal) => refusal.from === from && refusal.to === to)
      .map(({ rule }) => rule)
      .sort();
  const targetOf = ({ imports }: Planted) => imports.replace(/^type |^node:/, '');

  it.each([
    ['each import between two parts', betweenParts],
    ['each import of a package', toPackages],
  ])('judge %s as the tables say', (_, edges) => {
    const wrong = edges
      .map((one) => ({ ...one, refusedBy: one.refusedBy.sort(), found: found(one.from, targetOf(one)) }))
      .filter((one) => one.refusedBy.join() !== one.found.join());
    expect(wrong).toEqual([]);
  });

  it.each(others)('judge $from → $imports: $refusedBy', (one) => {
    expect(found(one.from, targetOf(one))).toEqual(one.refusedBy);
  });

  it('refuse a circle of types', () => {
    const inside = refusals.filter(({ from, to }) => circle.includes(from) && circle.includes(to));
    expect(inside.map(({ rule }) => rule)).toEqual(['no-circles']);
  });

  it('refuse nothing else', () => {
    const expected = new Set(
      planted.filter(({ refusedBy }) => refusedBy.length > 0).map((one) => `${one.from} ${targetOf(one)}`),
    );
    const unexpected = refusals.filter(
      (one) => one.rule !== 'no-circles' && !expected.has(`${one.from} ${one.to}`),
    );
    expect(unexpected).toEqual([]);
  });

  it('have a planted breach each', () => {
    expect([...new Set(refusals.map(({ rule }) => rule))].sort()).toEqual([...ruleNames].sort());
  });

  // Independent of the tables, in case one of their rows is widened by mistake.
  it.each([
    ['libs/queue', 'libs/database'],
    ['libs/database', 'libs/contract'],
    ['libs/domain', 'libs/contract'],
    ['libs/gateway-client', 'libs/database'],
    ['apps/gateway', 'libs/runner'],
    ['apps/executor-worker', 'libs/contract'],
    ['apps/gateway', 'apps/scheduler'],
    ['apps/scheduler', 'libs/kube-sandbox'],
    ['cli', 'libs/database'],
    ['apps/gateway', 'tools'],
    ['libs/database', 'test'],
    ['apps/gateway', 'scripts'],
    ['tools', 'apps/gateway'],
    ['scripts', 'libs/domain'],
  ])('never let %s import %s', (from, to) => {
    expect(found(`${from}/src/parts.ts`, `${to}/src/index.ts`)).toHaveLength(1);
  });
  it.each([
    ['libs/database', 'bullmq'],
    ['apps/scheduler', 'ioredis'],
    ['apps/gateway', '@prisma/client'],
    ['apps/executor-worker', 'pg'],
    ['apps/executor-worker', '@kubernetes/client-node'],
    ['libs/domain', 'zod'],
  ])('never let %s import the package %s', (from, name) => {
    expect(found(`${from}/src/packages.ts`, name)).not.toEqual([]);
  });
});

describe('the tables', () => {
  it('have a row for each app', () => {
    expect(PARTS.map(([part]) => part)).toEqual(expect.arrayContaining(foldersOf('apps')));
  });

  it('have a home for each dependency', () => {
    const homes = HOMES.flatMap(([names]) => names);
    expect(packages.filter((name) => !homes.some((home) => `${name}/`.startsWith(`${home}/`)))).toEqual([]);
  });
});
