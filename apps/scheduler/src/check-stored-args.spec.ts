import { describe, expect, it } from '@jest/globals';
import type { DueSchedule, RegisteredProc } from '@app/database';
import { plainArg, type ArgDeclaration } from '@app/domain';
import { describeArgsProblem } from './check-stored-args.js';
import { rememberPatterns } from './match-pattern.js';

const matches = rememberPatterns();
const SECRET = { T: { ciphertext: 'AAAA', keyId: 'k' } };

function problemOf(
  declared: ArgDeclaration[],
  args: Record<string, string>,
  secretArgs: DueSchedule['secretArgs'] = null,
) {
  const due = { schedule: { args }, secretArgs } as unknown as DueSchedule;
  const proc = { proc: { name: 'p', args: declared, secrets: [], allowUndeclaredArgs: false } };
  return describeArgsProblem(due, proc as unknown as RegisteredProc, matches);
}

describe('describeArgsProblem', () => {
  it.each<[string, ArgDeclaration[], Record<string, string>, DueSchedule['secretArgs']]>([
    ['args that fit', [plainArg('A', { pattern: '[0-9]+' })], { A: '12' }, null],
    [
      'a secret one, whatever its pattern',
      [plainArg('T', { type: 'secret', pattern: '[0-9]+' })],
      {},
      SECRET,
    ],
    ['a secret one that the proc takes for a text now', [plainArg('T')], {}, SECRET],
    ['a required one that is secret', [plainArg('T', { type: 'secret', required: true })], {}, SECRET],
  ])('finds nothing wrong with %s', (_name, declared, args, sealed) => {
    expect(problemOf(declared, args, sealed)).toBeNull();
  });

  it.each<[string, ArgDeclaration[], Record<string, string>, DueSchedule['secretArgs'], RegExp]>([
    ['a value', [plainArg('A', { pattern: '[0-9]+' })], { A: 'x' }, null, /"A" must match/],
    ['a secret name', [], {}, SECRET, /"T" is not an arg/],
    [
      'a secret value',
      [plainArg('T', { type: 'number' })],
      {},
      SECRET,
      /"T", which was given as a secret, may not fit/,
    ],
    [
      'what must be sealed',
      [plainArg('A', { type: 'secret' })],
      { A: 'long enough' },
      null,
      /secret now; give/,
    ],
    ['what is missing', [plainArg('A', { required: true })], {}, null, /"A" is required/],
  ])('tells of %s', (_name, declared, args, sealed, expected) => {
    const problem = problemOf(declared, args, sealed);
    expect(problem).toMatch(expected);
    expect(problem).not.toMatch(/sealed value/);
  });

  it('stays one short line', () => {
    const args = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`ARG_${n}`, 'x']));
    const problem = problemOf([], args);
    expect(problem!.length).toBeLessThan(600);
    expect(problem).not.toContain('\n');
  });
});
