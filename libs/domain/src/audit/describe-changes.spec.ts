import { describe, expect, it } from '@jest/globals';
import { describeChanges } from './describe-changes.js';

describe('describeChanges', () => {
  it('names the fields that differ, with both values', () => {
    const before = {
      cron: '@daily',
      enabled: true,
      args: { A: '1', B: '2' },
      days: ['mon'],
      at: null,
      none: [],
    };
    const after = {
      cron: '@hourly',
      enabled: false,
      args: { A: '1', C: '3' },
      days: ['mon', 'tue'],
      none: [],
    };
    expect(describeChanges(before, after)).toEqual({
      cron: { from: '@daily', to: '@hourly' },
      enabled: { from: true, to: false },
      'args.B': { from: '2', to: null },
      'args.C': { from: null, to: '3' },
      days: { from: '["mon"]', to: '["mon","tue"]' },
    });
    expect(describeChanges(before, before)).toEqual({});
  });

  it('compares named items one by one, and ignores the order of keys', () => {
    const args = (max: number) => ({ args: [{ name: 'A', max }, { name: 'B' }] });
    expect(describeChanges(args(1), args(2))).toEqual({ 'args.A.max': { from: 1, to: 2 } });
    expect(describeChanges({ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } })).toEqual({});
  });

  it.each<[string, object | null, object | null, object]>([
    ['what is created', null, { name: 'x' }, { name: { from: null, to: 'x' } }],
    ['what is removed', { name: 'x' }, null, { name: { from: 'x', to: null } }],
    ['instants', { at: new Date(0) }, {}, { at: { from: '1970-01-01T00:00:00.000Z', to: null } }],
    ['an emptied list', { of: ['a'] }, { of: [] }, { of: { from: '["a"]', to: '[]' } }],
    [
      'items of the same name',
      { of: [{ name: 'a' }, { name: 'a' }] },
      {},
      { of: { from: '[{"name":"a"},{"name":"a"}]', to: null } },
    ],
  ])('shows %s', (_what, before, after, changes) => {
    expect(describeChanges(before, after)).toEqual(changes);
  });

  it('is bounded: long values are cut, also within a character, and so are many fields', () => {
    const long = `${'a'.repeat(299)}😀${'b'.repeat(10_000)}`;
    const [change] = Object.values(describeChanges({ x: 'short' }, { x: long }));
    expect(change?.to).toBe(`${'a'.repeat(299)}… (10301 characters)`);
    const many = Object.fromEntries(Array.from({ length: 1_000 }, (_, n) => [`F${n}`, long]));
    const changes = describeChanges(null, { args: many });
    expect(Object.keys(changes)).toHaveLength(51);
    expect(changes['…']).toEqual({ from: null, to: '950 more fields' });
    expect(JSON.stringify(changes).length).toBeLessThan(30_000);
  });
});
