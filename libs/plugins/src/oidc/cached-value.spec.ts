import { beforeEach, describe, expect, it } from '@jest/globals';
import { CachedValue } from './cached-value.js';

describe('CachedValue', () => {
  let nowMs: number;
  let fetches: number;
  let isAway: boolean;
  let kept: CachedValue<string>;
  beforeEach(() => {
    nowMs = 0;
    fetches = 0;
    isAway = false;
    const fetchValue = async () => {
      fetches += 1;
      if (isAway) throw new Error(`away at ${nowMs}`);
      return `value ${fetches}`;
    };
    const rules = { freshMs: 100, usableMs: 1_000, rememberFailureMs: 10, pauseAfterFailureMs: 50 };
    kept = new CachedValue(fetchValue, rules, () => nowMs);
  });

  it('fetches once for concurrent callers, and not again while the value is fresh', async () => {
    expect(await Promise.all([kept.get(), kept.get(), kept.get()])).toEqual(Array(3).fill('value 1'));
    nowMs = 99;
    expect(await kept.get()).toBe('value 1');
    nowMs = 100;
    expect(await kept.get()).toBe('value 2');
  });

  it('remembers a failure only briefly', async () => {
    isAway = true;
    await expect(kept.get()).rejects.toThrow('away at 0');
    nowMs = 9;
    isAway = false;
    await expect(kept.get()).rejects.toThrow('away at 0');
    nowMs = 10;
    expect(await kept.get()).toBe('value 2');
  });

  it('keeps using an old value, retrying periodically, until it is too old', async () => {
    await kept.get();
    isAway = true;
    nowMs = 100;
    expect(await kept.get()).toBe('value 1');
    nowMs = 149;
    expect(await kept.get()).toBe('value 1');
    expect(fetches).toBe(2);
    nowMs = 150;
    expect(await kept.get()).toBe('value 1');
    expect(fetches).toBe(3);
    nowMs = 1_000;
    await expect(kept.get()).rejects.toThrow('away at 1000');
  });

  it('does not keep a value forever after the clock was set back', async () => {
    nowMs = 500;
    await kept.get();
    nowMs = 400;
    expect(await kept.get()).toBe('value 2');
  });

  it('fetches a newer value, but not too often', async () => {
    const first = await kept.get();
    nowMs = 19;
    expect(await kept.getNewerThan(first, 20)).toBeNull();
    nowMs = 20;
    expect(await kept.getNewerThan(first, 20)).toBe('value 2');
    expect(await kept.getNewerThan(first, 20)).toBe('value 2');
    expect(await kept.getNewerThan('value 2', 20)).toBeNull();
    expect(fetches).toBe(2);
  });

  it('fetches once for concurrent callers that want a newer value', async () => {
    const first = await kept.get();
    nowMs = 20;
    const newer = await Promise.all([kept.getNewerThan(first, 20), kept.getNewerThan(first, 20)]);
    expect(newer).toEqual(['value 2', 'value 2']);
    expect(fetches).toBe(2);
  });
});
