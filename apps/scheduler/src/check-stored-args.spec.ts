import { describe, expect, it } from '@jest/globals';
import type { DueSchedule, RegisteredProc } from '@app/database';
import { plainArg, type ArgDeclaration } from '@app/domain';
import { Patterns } from '@app/patterns';
import { describeArgsProblem, cacheFittingArgs } from './check-stored-args.js';

const { matches } = new Patterns();
const SECRET = { T: { ciphertext: 'AAAA', keyId: 'k' } };

function problemOf(
  declared: ArgDeclaration[],
  args: Record<string, string>,
  secretArgs: DueSchedule['secretArgs'] = null,
) {
  const due = { schedule: { args }, secretArgs } as unknown as DueSchedule;
  const proc = { proc: { name: 'p', args: declared, secrets: [], allowUndeclaredArgs: [] } };
  return describeArgsProblem(due, proc as unknown as RegisteredProc, matches);
}

describe('describeArgsProblem', () => {
  it.each<[string, ArgDeclaration[], Record<string, string>, DueSchedule['secretArgs']]>([
    ['args that fit', [plainArg('A', { pattern: '[0-9]+' })], { A: '12' }, null],
    [
      'a secret arg, whatever its pattern',
      [plainArg('T', { type: 'secret', pattern: '[0-9]+' })],
      {},
      SECRET,
    ],
    ['a sealed arg that is now declared as text', [plainArg('T')], {}, SECRET],
    ['a required secret arg', [plainArg('T', { type: 'secret', required: true })], {}, SECRET],
  ])('finds nothing wrong with %s', (_name, declared, args, sealed) => {
    expect(problemOf(declared, args, sealed)).toBeNull();
  });

  it.each<[string, ArgDeclaration[], Record<string, string>, DueSchedule['secretArgs'], RegExp]>([
    ['a value', [plainArg('A', { pattern: '[0-9]+' })], { A: 'x' }, null, /"A" must match/],
    ['a secret name', [], {}, SECRET, /"T" is not an arg/],
    ['a secret value', [plainArg('T', { type: 'number' })], {}, SECRET, /secret value of "T" may not fit/],
    [
      'an arg that must be sealed now',
      [plainArg('A', { type: 'secret' })],
      { A: 'long enough' },
      null,
      /now declared as secret; set/,
    ],
    ['a missing arg', [plainArg('A', { required: true })], {}, null, /Argument "A" is required/],
  ])('reports %s', (_name, declared, args, sealed, expected) => {
    const problem = problemOf(declared, args, sealed);
    expect(problem).toMatch(expected);
    expect(problem).not.toMatch(/sealed value/);
  });

  it('reports one short line', () => {
    const args = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`ARG_${n}`, 'x']));
    const problem = problemOf([], args);
    expect(problem!.length).toBeLessThan(600);
    expect(problem).not.toContain('\n');
  });

  it.each(['', 'x'])('cuts between characters: after %j', (before) => {
    const long = before + '😀'.repeat(300);
    const problems = [
      problemOf([plainArg('A', { required: true, description: long })], {}),
      problemOf([plainArg('A', { pattern: long })], { A: 'y' }),
    ];
    for (const problem of problems) {
      expect(problem).toContain('…');
      expect(problem!.isWellFormed()).toBe(true);
    }
  });
});

describe('cacheFittingArgs', () => {
  const schedule = (args: Record<string, string>, secretArgs: DueSchedule['secretArgs'] = null) =>
    ({ schedule: { args }, secretArgs }) as unknown as DueSchedule;
  const registered = (args: ArgDeclaration[], revision: number, updatedAt = new Date(0)) =>
    ({
      proc: { name: 'p', args, secrets: [], allowUndeclaredArgs: [] },
      revision,
      updatedAt,
    }) as unknown as RegisteredProc;

  it('checks the same args of the same proc once', () => {
    let checks = 0;
    const describeProblem = cacheFittingArgs(() => (checks += 1) > 0);
    const proc = registered([plainArg('A', { pattern: '[0-9]+' })], 1);
    for (let tick = 0; tick < 3; tick++) expect(describeProblem(schedule({ A: '1' }), proc)).toBeNull();
    expect(checks).toBe(1);
    expect(describeProblem(schedule({ A: '2' }), proc)).toBeNull();
    expect(checks).toBe(2);
  });

  it.each<[string, DueSchedule, RegisteredProc]>([
    ['other args', schedule({ A: 'x' }), registered([plainArg('A', { pattern: '[0-9]+' })], 1)],
    ['another revision', schedule({ A: '1' }), registered([plainArg('A', { pattern: '[a-z]+' })], 2)],
    [
      'a proc that was registered again',
      schedule({ A: '1' }),
      registered([plainArg('A', { pattern: '[a-z]+' })], 1, new Date(1)),
    ],
    ['a new secret arg', schedule({ A: '1' }, SECRET), registered([plainArg('A', { pattern: '[0-9]+' })], 1)],
  ])('checks again with %s, and reports a problem each time', (_name, due, proc) => {
    const describeProblem = cacheFittingArgs(matches);
    const before = registered([plainArg('A', { pattern: '[0-9]+' })], 1);
    expect(describeProblem(schedule({ A: '1' }), before)).toBeNull();
    for (let tick = 0; tick < 2; tick++)
      expect(describeProblem(due, proc)).toMatch(/fit the current version of p/);
  });
});
