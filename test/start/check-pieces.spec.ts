import { describe, expect, it } from '@jest/globals';
import { createModuleGraph, parseModule } from '../../scripts/lib/module-graph.mjs';
import { relatedSpecs } from '../../scripts/lib/related-specs.mjs';
import { changedPaths, importLines } from '../../scripts/lib/source-tree.mjs';

const texts = new Map([
  ['libs/domain/src/index.ts', "export * from './a.js';\nexport { b as c, type B } from './b.js';\n"],
  ['libs/domain/src/a.ts', "import { d } from './d.js';\nexport const a = d;\nexport function other() {}\n"],
  ['libs/domain/src/b.ts', 'export const b = 2;\nexport type B = number;\n'],
  ['libs/domain/src/d.ts', 'export const d = 4;\n'],
  ['libs/domain/src/a.spec.ts', "import { a } from './a.js';\n"],
  ['apps/gateway/src/c.spec.ts', "import {\n  c,\n  type B,\n} from '@app/domain';\n"],
  ['apps/gateway/src/all.spec.ts', "import * as domain from '@app/domain';\n"],
  ['apps/gateway/src/reads.spec.ts', "import { readFileSync } from 'node:fs';\n"],
]);
const specs = [...texts.keys()].filter((path) => path.endsWith('.spec.ts'));
const related = (...changed: string[]) => relatedSpecs(specs, changed, texts).sort();
const readsFiles = 'apps/gateway/src/reads.spec.ts';

describe('relatedSpecs', () => {
  it('chooses none when nothing changed', () => {
    expect(related()).toEqual([]);
  });

  it('follows an import through a barrel to the module that defines the name', () => {
    expect(related('libs/domain/src/b.ts')).toEqual([
      'apps/gateway/src/all.spec.ts',
      'apps/gateway/src/c.spec.ts',
      readsFiles,
    ]);
  });

  it('follows modules that a module depends on', () => {
    expect(related('libs/domain/src/d.ts')).toEqual([
      'apps/gateway/src/all.spec.ts',
      readsFiles,
      'libs/domain/src/a.spec.ts',
    ]);
  });

  it('takes a spec that loads the module through a barrel if no spec uses it', () => {
    const unused = new Map([
      ...texts,
      ['libs/domain/src/index.ts', "export * from './b.js';\nexport * from './e.js';\n"],
    ]);
    unused.set('libs/domain/src/e.ts', "throw new Error('while loading');\n");
    const spec = 'apps/gateway/src/c.spec.ts';
    expect(relatedSpecs([spec], ['libs/domain/src/e.ts'], unused)).toEqual([spec]);
  });

  it('chooses specs that can read files whatever changed', () => {
    expect(related('README.md')).toEqual([readsFiles]);
  });

  it.each(['package-lock.json', 'jest.config.mjs', 'tsconfig.json', 'prisma/schema.prisma'])(
    'chooses all after a change of %s',
    (path) => {
      expect(related(path)).toEqual([...specs].sort());
    },
  );

  it('chooses specs of a module that was deleted', () => {
    const left = new Map(texts);
    left.delete('libs/domain/src/d.ts');
    expect(relatedSpecs(specs, ['libs/domain/src/d.ts'], left)).toContain('libs/domain/src/a.spec.ts');
  });
});

describe('createModuleGraph', () => {
  it('counts a name that it does not find as a use of the whole barrel', () => {
    const graph = createModuleGraph(
      new Map([...texts, ['x.ts', "import { unknown } from '@app/domain';\n"]]),
    );
    expect(graph.closureOf('x.ts')).toContain('libs/domain/src/d.ts');
  });
});

describe('parseModule', () => {
  it.each([
    "import { a } from 'node:fs/promises';",
    "import { spawn } from 'node:child_process';",
    'const other = await import(path);',
    "const x = require('./x');",
  ])('sees that a module may read files: %s', (text) => {
    expect(parseModule(text).readsFiles).toBe(true);
  });

  it('tells a barrel from a module that does something', () => {
    expect(parseModule("/** All. */\nexport * from './a.js';\n").isBarrel).toBe(true);
    expect(parseModule("export * from './a.js';\nstart();\n").isBarrel).toBe(false);
  });
});

describe('importLines', () => {
  it.each([
    "import { a } from './a.js';",
    "import {\n  a,\n  b,\n} from './a.js';",
    "import './a.js';",
    "export * from './a.js';",
    "const a = await import('./a.js');",
    "let a: import('./a.js').A;",
    "const a = require('./a.js');",
  ])('keeps the path in %j', (statement) => {
    expect(importLines(`const x = 1;\n${statement}\nfoo();`)).toContain('./a.js');
  });

  it('is the same after a change of other lines', () => {
    const text = (body: string) => `import { a } from './a.js';\n\n${body}\n`;
    expect(importLines(text('a(1);'))).toBe(importLines(text('// twice\na(2);')));
  });
});

describe('changedPaths', () => {
  it('names what was added, removed or changed', () => {
    const before = new Map([
      ['same', '1'],
      ['removed', '1'],
      ['changed', '1'],
    ]);
    const after = new Map([
      ['same', '1'],
      ['changed', '2'],
      ['added', '1'],
    ]);
    expect(changedPaths(before, after)).toEqual(['removed', 'changed', 'added']);
  });
});
