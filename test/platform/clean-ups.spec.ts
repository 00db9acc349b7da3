import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { bringUp, stopUnfinished, type CleanUps } from '../support/clean-ups.js';
import { startSystem } from '../support/system.js';
import { until } from '../support/api-client.js';

describe('bringing up', () => {
  it('is undone, latest first, if it fails', async () => {
    const undone: string[] = [];
    const failing = bringUp(async (cleanUps) => {
      await cleanUps.add(() => undone.push('first'));
      await cleanUps.add(() => undone.push('second'));
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(undone).toEqual(['second', 'first']);
  });

  it('is undone if the spec ends first, also what comes up afterwards', async () => {
    const undone: string[] = [];
    let goOn = () => {};
    const slow = bringUp(async (cleanUps) => {
      await cleanUps.add(() => undone.push('first'));
      await new Promise<void>((resolve) => (goOn = resolve));
      await cleanUps.add(() => undone.push('second'));
      undone.push('went on');
    });
    const refused = expect(slow).rejects.toThrow('still being brought up');
    const stopped = stopUnfinished();
    await sleep(1);
    expect(undone).toEqual(['first']);
    goOn();
    await Promise.all([stopped, refused]);
    expect(undone).toEqual(['first', 'second']);
  });

  it('undoes the rest if one step cannot be undone, and says so', async () => {
    const undone: string[] = [];
    let all: CleanUps | undefined;
    await bringUp(async (cleanUps) => {
      all = cleanUps;
      await cleanUps.add(() => undone.push('first'));
      await cleanUps.add(() => Promise.reject(new Error('stuck')));
    });
    await expect(all!.run()).rejects.toThrow('stuck');
    expect(undone).toEqual(['first']);
  });
});

/** The ids of the processes that carry this variable; by /proc, so on Linux only. */
function processesWith(variable: string): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'utf8').includes(variable);
    } catch {
      return false;
    }
  });
}

(process.platform === 'linux' ? describe : describe.skip)('a system whose beforeAll times out', () => {
  it('leaves no process behind', async () => {
    const marker = `PROCTOR_TEST_MARKER=${process.pid}-${Date.now()}`;
    const [name, value] = marker.split('=') as [string, string];
    const coming = startSystem({ notifier: true, env: { [name]: value } });
    const refused = expect(coming).rejects.toThrow();
    await until(() => Promise.resolve(processesWith(marker).length >= 2), 60_000);
    await stopUnfinished();
    await refused;
    expect(processesWith(marker)).toEqual([]);
  }, 120_000);
});
