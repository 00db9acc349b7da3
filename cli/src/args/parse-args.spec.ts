import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { refusalOf } from '../../../libs/domain/src/testing/index.js';
import { parseArgWords } from './parse-arg-words.js';
import { parseYamlMap } from './parse-yaml-map.js';

describe('parseArgWords', () => {
  it('splits at the first =, and keeps the value unchanged', () => {
    expect({ ...parseArgWords(['A=b=c', 'B=', 'C= x ', 'D=007', 'E=--x', 'F=pa$$word $(HOME)']) }).toEqual({
      A: 'b=c',
      B: '',
      C: ' x ',
      D: '007',
      E: '--x',
      F: 'pa$$word $(HOME)',
    });
  });

  it('keeps any value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) =>
        expect(parseArgWords([`A=${value}`])['A']).toBe(value),
      ),
    );
  });

  it.each([
    [['foo'], 'foo'],
    [['=x'], '=x'],
    [[''], ''],
    [['A=1', 'A=2'], 'A'],
    [['__proto__=1', '__proto__=2'], '__proto__'],
  ])('refuses %j and names the word', (words, field) => {
    expect(refusalOf(() => parseArgWords(words)).details.map((detail) => detail.field)).toEqual([field]);
  });
});

describe('parseYamlMap', () => {
  it('returns each value as written', () => {
    const text = 'A: 007\nB: yes\nC:\nD: "x: y"\nE: 1e3\nF: |\n  one\n  two\nG: null\n';
    expect({ ...parseYamlMap(text, 'f') }).toEqual({
      A: '007',
      B: 'yes',
      C: '',
      D: 'x: y',
      E: '1e3',
      F: 'one\ntwo\n',
      G: 'null',
    });
  });

  it.each([
    ['an alias', 'A: &a 1.0\nB: *a', { A: '1.0', B: '1.0' }],
    ['a merge key', '<<: {A: 1e3, B: 2}\nB: 12345678901234567890', { A: '1e3', B: '12345678901234567890' }],
    ['several merged maps', '<<: [{A: 007}, {A: 8, B: yes}]', { A: '007', B: 'yes' }],
    [
      'maps that only hold an anchor',
      'x-a: &a {A: 1.50}\n.b: &b {B: 0x1F}\n<<: [*a, *b]',
      { A: '1.50', B: '0x1F' },
    ],
    [
      'JSON',
      '{\n\t"A": 1.0, "B": 12345678901234567890, "C": "\\u00e9\\/", "D": 1e3, "E": true\n}',
      { A: '1.0', B: '12345678901234567890', C: 'é/', D: '1e3', E: 'true' },
    ],
  ])('reads %s', (_, text, values) => {
    expect({ ...parseYamlMap(text, 'f') }).toEqual(values);
  });

  it.each(['', '# nothing\n', '\n'])('reads %j as an empty map', (text) => {
    expect(Object.keys(parseYamlMap(text, 'f'))).toEqual([]);
  });

  it.each([
    ['- a', 'NAME: value'],
    ['just text', 'NAME: value'],
    ['A: {b: hunter2}', 'A: expected one value'],
    ['A: [hunter2]', 'A: expected one value'],
    ['A: hunter2\nA: hunter2', 'line 2: a name is given twice'],
    ['A: *hunter2', 'no anchor'],
    ['<<: hunter2', 'merge key'],
    ['A: "hunter2', 'line 1: a colon, comma, quote or bracket is missing'],
    ['A: hunter2\n---\nB: hunter2', 'not valid YAML'],
  ])('refuses %j without quoting values', (text, says) => {
    const { message } = refusalOf(() => parseYamlMap(text, 'args.yaml'));
    expect(message).toContain('args.yaml');
    expect(message).toContain(says);
    expect(message).not.toContain('hunter2');
  });
});
