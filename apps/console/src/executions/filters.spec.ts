import { describe, expect, it } from '@jest/globals';
import { requestFrom, statusesOf, toggleKind, withFilter } from './filters.js';

describe('requestFrom', () => {
  it('passes on every filter of the address and nothing else', () => {
    const search = new URLSearchParams(
      'proc=a&status=FINISHED&status=CANCELLED&cursor=7&limit=500&x=1&user=',
    );
    expect(requestFrom(search)).toEqual({
      query: { limit: '50', proc: 'a', status: 'FINISHED,CANCELLED', cursor: '7' },
    });
  });
});

describe('withFilter', () => {
  it('keeps the other filters and goes back to the first page', () => {
    const search = new URLSearchParams('proc=a&cursor=7');
    expect(withFilter(search, 'user', 'a@b.c').toString()).toBe('proc=a&user=a%40b.c');
    expect(withFilter(search, 'proc', '').toString()).toBe('');
    expect(withFilter(search, 'cursor', '9').toString()).toBe('proc=a&cursor=9');
  });
});

describe('toggleKind', () => {
  it('adds and removes all statuses of a kind', () => {
    const waiting = toggleKind('', 'waiting');
    expect(waiting.split(',')).toEqual(statusesOf('waiting'));
    expect(toggleKind(toggleKind(waiting, 'running'), 'waiting')).toBe('POD_READY');
    expect(toggleKind('RECEIVED', 'waiting').split(',').sort()).toEqual(statusesOf('waiting').sort());
  });
});
