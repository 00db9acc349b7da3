import { describe, expect, it } from '@jest/globals';
import { parseLogOptions } from './log-options.js';

const NOW_MS = Date.parse('2026-01-01T00:00:10.250Z');
const parse = (query: string) => parseLogOptions(new URLSearchParams(query), NOW_MS);

describe('parseLogOptions', () => {
  it('truncates sinceTime to the second, but not sinceSeconds', () => {
    expect(parse('sinceTime=2026-01-01T00:00:05.999999999Z').sinceStamp).toBe(
      '2026-01-01T00:00:05.000000000Z',
    );
    expect(parse('sinceTime=2026-01-01T02:00:05%2B02:00').sinceStamp).toBe('2026-01-01T00:00:05.000000000Z');
    expect(parse('sinceSeconds=5').sinceStamp).toBe('2026-01-01T00:00:05.250000000Z');
  });

  it('reads the other options', () => {
    const options = parse('follow=true&timestamps=1&tailLines=0&limitBytes=7');
    expect(options).toEqual({
      follow: true,
      timestamps: true,
      sinceStamp: null,
      tailLines: 0,
      limitBytes: 7,
    });
  });

  it.each([
    'sinceTime=yesterday',
    'sinceTime=2026-01-01',
    'tailLines=-1',
    'limitBytes=0',
    'tailLines=x',
    'sinceSeconds=0',
    'sinceSeconds=1&sinceTime=2026-01-01T00:00:00Z',
  ])('refuses %s', (query) => {
    expect(() => parse(query)).toThrow();
  });
});
