import { procMetadata, stringifyJson } from '@app/contract';
import { AppError } from '@app/domain';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { diffLines } from './diff-lines.js';
import { findUnknownFields, withoutIgnored } from './find-unknown-fields.js';
import { linesOf } from './normal-form.js';
import { parseProcDocuments } from './parse-proc-documents.js';
import { changeOf, renderChanges } from './proc-change.js';
import { readProcs } from './read-procs.js';

const read = (text: string) => readProcs([{ path: 'p.yaml', text }]).map(({ proc }) => proc);
const proc = (more: object = {}) => procMetadata.parse({ name: 'p', image_name: 'a:1', ...more });
const withArg = (more: object) => proc({ env_vars: { args: [{ name: 'A', ...more }] } });

describe('readProcs', () => {
  it.each([
    ['one proc', 'name: a\nimage_name: x:1', ['a']],
    ['a list', '- {name: a, image_name: x}\n- {name: b, image_name: x}', ['a', 'b']],
    [
      'several documents, some empty',
      '---\nname: a\nimage_name: x\n---\n# nothing\n---\n- {name: b, image_name: x}',
      ['a', 'b'],
    ],
    ['JSON', '[{"name": "a", "image_name": "x"}]', ['a']],
    ['ignored fields', 'name: a\nimage_name: x\nsample_secrets: {A: b}\nrevision: 3', ['a']],
  ])('accepts %s', (_, text, names) => {
    expect(read(text).map(({ name }) => name)).toEqual(names);
  });

  it('keeps numbers and booleans as written', () => {
    const text =
      'name: a\nimage_name: x\nenv_vars: {args: [{name: A, default: 0.50, example: 007, options: [1.0, yes, true]}]}';
    expect(read(text)[0]?.env_vars.args[0]).toMatchObject({
      default: '0.50',
      example: '007',
      options: ['1.0', 'yes', 'true'],
    });
  });

  it.each([
    [
      'JSON',
      '{"name": "a", "image_name": "x", "env_vars": {"args": [{"name": "A", "type": "number", "default": 1e3, "min": 1.0, "max": 12345678901234567890}]}}',
    ],
    [
      'YAML',
      'name: a\nimage_name: x\nenv_vars: {args: [{name: A, type: number, default: 1e3, min: 1.0, max: 12345678901234567890}]}',
    ],
    [
      'aliases',
      'x-a: [&d 1e3, &i 1.0, &x 12345678901234567890]\nname: a\nimage_name: x\nenv_vars: {args: [{name: A, type: number, default: *d, min: *i, max: *x}]}',
    ],
    [
      'merge keys',
      '.n: &n {type: number, default: 1e3, min: 1.0}\nname: a\nimage_name: x\nenv_vars: {args: [{<<: *n, name: A, max: 12345678901234567890}]}',
    ],
  ])('keeps the text of numbers in %s, all the way to the gateway', (_, text) => {
    expect(stringifyJson(read(text)[0]?.env_vars.args[0])).toBe(
      '{"name":"A","description":"","type":"number","default":"1e3","min":1.0,"max":12345678901234567890}',
    );
  });

  it.each([
    ['+5', '5'],
    ['007', '7'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['-0.50', '-0.50'],
    ['0xFFFFFFFFFFFFFFFF', '18446744073709551615'],
    ['0o17', '15'],
    ['+012345678901234567890', '12345678901234567890'],
  ])('writes the bound %s as JSON: %s', (yaml, json) => {
    const text = `name: a\nimage_name: x\nenv_vars: {args: [{name: A, type: number, min: ${yaml}}]}`;
    expect(stringifyJson(read(text)[0]?.env_vars.args[0]?.min)).toBe(json);
  });

  it.each([
    ['retries: 1.0', { retries: 1 }],
    ['timeout_seconds: 6e1', { timeout_seconds: 60 }],
    [
      'resources: {limits: {cpu: 0.50, memory: 1e9}}',
      { resources: { limits: { cpu: '0.50', memory: '1e9' } } },
    ],
    ['node_selector: {1.0: "2.0"}', { node_selector: { '1.0': '2.0' } }],
    ['allow_undeclared_args: True', { allow_undeclared_args: true }],
  ])('reads %s', (field, value) => {
    expect(read(`name: a\nimage_name: x\n${field}`)[0]).toMatchObject(value);
  });

  it.each(['description: 1.10', 'retries: 1.50', 'env_vars: {args: [{name: A, type: number, min: .inf}]}'])(
    'refuses %s rather than change it',
    (field) => expect(() => read(`name: a\nimage_name: x\n${field}`)).toThrow(AppError),
  );

  it.each([
    ['nothing', ''],
    ['a word', 'hello'],
    ['no name', 'image_name: x'],
    ['a wrong value', 'name: a\nimage_name: x\nretries: many'],
    ['an unknown field', 'name: a\nimage_name: x\nretrys: 3'],
    ['an unknown field named as a method', 'name: a\nimage_name: x\nconstructor: 3'],
    ['__proto__', 'name: a\nimage_name: x\n__proto__: {retries: 3}'],
    ['the same twice', 'name: a\nimage_name: x\n---\nname: a\nimage_name: y'],
    ['broken YAML', 'name: "a'],
    ['a field twice', 'name: a\nname: b'],
    [
      'a bomb of aliases',
      `a: &a [${'x,'.repeat(50)}]\nb: &b [${'*a,'.repeat(50)}]\nc: [${'*b,'.repeat(50)}]`,
    ],
  ])('refuses %s', (_, text) => {
    expect(() => read(text)).toThrow(AppError);
  });
});

describe('findUnknownFields', () => {
  it('searches lists and objects, but not maps with arbitrary names', () => {
    const found = findUnknownFields({
      name: 'p',
      node_selector: { anything: 'x' },
      resources: { requests: { cpu: 1 }, limit: {} },
      tolerations: [{ key: 'a', efect: 'b' }],
    });
    expect(found.map(({ field }) => field)).toEqual(['resources.limit', 'tolerations.0.efect']);
    expect(found[0]?.message).toContain("'limits'");
  });

  it('knows every field that metadata has', () => {
    const [document] = parseProcDocuments(
      'name: p\nimage_name: a\nallow_undeclared_args: true\ntimeout_seconds: 1\nretries: 0\nconcurrency: {limit: 1, when_full: queue}',
      'p',
    );
    expect(findUnknownFields(withoutIgnored(document))).toEqual([]);
  });
});

describe('changeOf', () => {
  it('shows a changed file by its size and hash', () => {
    const withText = (content: string) => proc({ files: [{ path: '/etc/a', content }] });
    expect(changeOf(withText('one'), withText('three')).diff).toEqual([
      '- files./etc/a.content: 3 bytes, sha256 7692c3ad3540',
      '+ files./etc/a.content: 5 bytes, sha256 8b5b9db0c13d',
    ]);
  });

  it.each([
    ['spelled out defaults', proc({ retries: null, env_vars: null, concurrency: null }), proc()],
    ['a type that is the default', withArg({ type: 'string', required: false, options: [] }), withArg({})],
    [
      'another order of a map',
      proc({ node_selector: { b: '1', a: '2' } }),
      proc({ node_selector: { a: '2', b: '1' } }),
    ],
  ])('sees no change in %s', (_, before, after) => {
    expect(changeOf(before, after)).toEqual({ name: 'p', change: 'unchanged', diff: [] });
  });

  it.each([
    [
      withArg({ max: 5, type: 'number' }),
      withArg({ max: 6, type: 'number' }),
      ['- env_vars.args.A.max: 5', '+ env_vars.args.A.max: 6'],
    ],
    [proc({ authorized_groups: ['a', 'b'] }), proc({ authorized_groups: ['a'] }), ['- authorized_groups: b']],
    [withArg({}), proc(), ['- env_vars.args: A']],
    [proc(), proc({ retries: 0 }), ['+ retries: 0']],
  ])('shows what is different', (before, after, diff) => {
    expect(changeOf(before, after)).toEqual({ name: 'p', change: 'changed', diff });
  });

  it('shows every field of a new proc, harmless for a terminal', () => {
    const shown = renderChanges([changeOf(null, proc({ description: 'a\x1b[2Jb' }))]);
    expect(shown).toBe('p: created\n  + description: ab\n  + image_name: a:1\n  + name: p\n');
  });

  it('sees no difference to what the gateway returns', () => {
    const written = proc({
      tolerations: [{ key: 'k', effect: 'NoSchedule' }],
      resources: { limits: { cpu: 1 } },
    });
    expect(linesOf(procMetadata.parse(JSON.parse(JSON.stringify(written))))).toEqual(linesOf(written));
  });
});

describe('diffLines', () => {
  const texts = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });

  it('leads from one text to the other, and is empty for equal ones', () => {
    fc.assert(
      fc.property(texts, texts, (before, after) => {
        const diff = diffLines(before, after);
        expect(diff.filter(({ sign }) => sign !== '+').map(({ line }) => line)).toEqual(before);
        expect(diff.filter(({ sign }) => sign !== '-').map(({ line }) => line)).toEqual(after);
        expect(diffLines(before, before).every(({ sign }) => sign === ' ')).toBe(true);
      }),
    );
  });
});
