import { describe, expect, it } from '@jest/globals';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { SharedRuns } from './shared-runs.js';

/** Work that the test ends. */
function controlled() {
  const begun: { key: string; end(result: number): void; fail(error: Error): void }[] = [];
  const runs = new SharedRuns(
    (key: string) => new Promise<number>((end, fail) => begun.push({ key, end, fail })),
  );
  return { begun, runs };
}

describe('SharedRuns', () => {
  it('runs once for concurrent calls', async () => {
    const { begun, runs } = controlled();
    const asked = Array.from({ length: 500 }, () => runs.run('a'));
    await nextTurn();
    expect(begun).toHaveLength(1);
    begun[0]!.end(7);
    expect(new Set(await Promise.all(asked))).toEqual(new Set([7]));
  });

  it('never returns the result of a run that started before the call', async () => {
    const { begun, runs } = controlled();
    const first = runs.run('a');
    await nextTurn();
    const [second, third] = [runs.run('a'), runs.run('a')];
    await nextTurn();
    expect(begun).toHaveLength(1);
    begun[0]!.end(1);
    expect(await first).toBe(1);
    await nextTurn();
    expect(begun).toHaveLength(2);
    begun[1]!.end(2);
    expect(await Promise.all([second, third])).toEqual([2, 2]);
  });

  it('runs other keys at the same time', async () => {
    const { begun, runs } = controlled();
    void runs.run('a');
    void runs.run('b');
    await nextTurn();
    expect(begun.map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('rejects every call that shared a failed run, and runs again for later calls', async () => {
    const { begun, runs } = controlled();
    const failing = [runs.run('a'), runs.run('a')];
    await nextTurn();
    const later = runs.run('a');
    begun[0]!.fail(new Error('away'));
    for (const one of failing) await expect(one).rejects.toThrow('away');
    await nextTurn();
    begun[1]!.end(3);
    expect(await later).toBe(3);
    expect(begun).toHaveLength(2);
  });
});
