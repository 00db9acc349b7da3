import { describe, expect, it } from '@jest/globals';
import { decideOverlap, type OverlapPolicy } from './decide-overlap.js';

describe('decideOverlap', () => {
  it.each<[OverlapPolicy, number, number, 'fire' | 'skip']>([
    ['allow', 0, 0, 'fire'],
    ['allow', 99, 0, 'fire'],
    ['skip', 0, 5, 'fire'],
    ['skip', 1, 5, 'skip'],
    ['queue', 0, 0, 'fire'],
    ['queue', 1, 0, 'skip'],
    ['queue', 1, 1, 'fire'],
    ['queue', 5, 5, 'fire'],
    ['queue', 6, 5, 'skip'],
  ])('%s with %d live and a queue of %d: %s', (policy, live, queueCap, decision) => {
    expect(decideOverlap(policy, live, queueCap)).toBe(decision);
  });
});
