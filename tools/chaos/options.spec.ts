import { describe, expect, it } from '@jest/globals';
import { FAULT_KINDS } from './faults/fault-kinds.js';
import { CHAOS_HELP, describeCommand, parseChaosOptions } from './options.js';

const parse = (...args: string[]) => parseChaosOptions(args, 99);

describe('parseChaosOptions', () => {
  it('defaults to ten minutes of every fault with a new seed', () => {
    expect(parse()).toEqual({
      seconds: 600,
      rate: 12,
      seed: 99,
      kinds: FAULT_KINDS,
      isOneByOne: false,
      output: 'text',
      isKept: false,
      writesDocs: false,
    });
  });

  it('accepts values after a space and after =', () => {
    expect(
      parse('--seconds=60', '--seed', '7', '--rate', '2.5', '--output=json', '--keep', '--write-docs'),
    ).toMatchObject({
      seconds: 60,
      seed: 7,
      rate: 2.5,
      output: 'json',
      isKept: true,
      writesDocs: true,
    });
  });

  it('accepts faults by full name or first word', () => {
    expect(parse('--faults', 'redis, kill gateway')?.kinds).toEqual([
      'kill gateway',
      'redis restart',
      'redis kill',
      'redis flush',
    ]);
    expect(parse('--calm')?.kinds).toEqual([]);
  });

  it.each([
    [['--second', '60'], 'unknown option "--second"'],
    [['--seconds'], '--seconds needs a value'],
    [['--seconds', '5'], '--seconds expects a number from 10 to 86400, got "5"'],
    [['--rate', 'x'], '--rate expects a number from 0.1 to 100, got "x"'],
    [['--seed', '1.5'], '--seed expects a whole number from 0 to 4294967295, got "1.5"'],
    [['--faults', 'kill,earthquake'], '--faults: unknown fault "earthquake"'],
    [['--output', 'xml'], '--output expects text or json, got "xml"'],
  ])('rejects %j', (args, message) => expect(() => parse(...args)).toThrow(message));

  it('names every fault in the help', () => {
    expect(parse('--seconds', '60', '--help')).toBeNull();
    for (const kind of FAULT_KINDS) expect(CHAOS_HELP).toContain(`\n  ${kind}\n`);
  });
});

describe('describeCommand', () => {
  it.each([
    [[], 'npm run chaos -- --seed 99 --seconds 600 --rate 12'],
    [['--calm'], 'npm run chaos -- --seed 99 --seconds 600 --rate 12 --calm'],
    [['--one-by-one'], 'npm run chaos -- --seed 99 --seconds 600 --rate 12 --one-by-one'],
    [
      ['--faults', 'redis flush'],
      'npm run chaos -- --seed 99 --seconds 600 --rate 12 --faults "redis flush"',
    ],
  ])('%j', (args, command) => expect(describeCommand(parse(...args)!)).toBe(command));
});
