import { describe, expect, it } from '@jest/globals';
import { parseFuzzOptions } from './fuzz-options.js';

describe('parseFuzzOptions', () => {
  it('has defaults', () => {
    expect(parseFuzzOptions([], 7)).toEqual({ requests: 100_000, seed: 7, output: 'text' });
  });

  it('reads the options', () => {
    expect(parseFuzzOptions(['--requests', '50', '--seed=3', '--output', 'json'], 7)).toEqual({
      requests: 50,
      seed: 3,
      output: 'json',
    });
    expect(parseFuzzOptions(['--help'], 7)).toBeNull();
  });

  it.each([
    [['--requests', 'many'], '--requests expects a whole number from 1 to 2147483647; got "many"'],
    [['--seed', '0'], '--seed expects a whole number from 1 to 2147483647; got "0"'],
    [['--output', 'xml'], '--output expects text or json; got "xml"'],
    [['--request', '5'], "Unknown option '--request'"],
  ])('refuses %j', (args, message) => {
    expect(() => parseFuzzOptions(args, 7)).toThrow(message);
  });
});
