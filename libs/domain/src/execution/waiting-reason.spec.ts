import { describe, expect, it } from '@jest/globals';
import { describeWait, ToldReasons } from './waiting-reason.js';

describe('ToldReasons', () => {
  it('tells a reason once, whatever its numbers and generated names are', () => {
    const told = new ToldReasons();
    expect(told.isNew('pods "a-x1" is forbidden: exceeded quota: q, used: pods=4')).toBe(true);
    expect(told.isNew('pods "a-k9" is forbidden: exceeded quota: q, used: pods=12')).toBe(false);
    expect(told.isNew('ImagePullBackOff: not found')).toBe(true);
    expect(told.isNew('pods "a-k9" is forbidden: exceeded quota: q, used: pods=12')).toBe(false);
  });

  it('tells a bounded number of them', () => {
    const told = new ToldReasons();
    const news = Array.from({ length: 200 }, (_, i) => told.isNew('x'.repeat(i + 1)));
    expect(news.filter(Boolean)).toHaveLength(50);
  });
});

describe('describeWait', () => {
  it.each([
    [null, 'no space'],
    [59_001, 'no space (for up to 1 min 0 s more)'],
    [58_000, 'no space (for up to 58 s more)'],
    [298_000, 'no space (for up to 4 min 58 s more)'],
    [-5, 'no space (for up to 0 s more)'],
  ])('until %p', (untilMs, expected) => expect(describeWait('no space', untilMs, 0)).toBe(expected));
});
