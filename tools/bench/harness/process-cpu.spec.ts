import { describe, expect, it } from '@jest/globals';
import { ticksOf } from './process-cpu.js';

describe('ticksOf', () => {
  it('adds the time of a process and of its ended children', () => {
    const before = 'S 1 2 3 0 -1 4194560 5 6 7 8';
    expect(ticksOf(`42 (postgres) ${before} 100 20 3000 400 20 0 1 0 99`)).toBe(3_520);
  });

  it('reads names that look like fields', () => {
    expect(ticksOf('42 (a) S 1 (b) c) S 1 2 3 0 -1 4 5 6 7 8 1 2 3 4 20 0')).toBe(10);
  });
});
