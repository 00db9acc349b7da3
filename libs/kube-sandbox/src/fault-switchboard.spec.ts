import { describe, expect, it } from '@jest/globals';
import { FaultSwitchboard } from './fault-switchboard.js';

const createJob = { verb: 'create', resource: 'jobs' } as const;

describe('FaultSwitchboard', () => {
  it('affects the given number of matching requests', () => {
    const faults = new FaultSwitchboard();
    const effect = { kind: 'status', code: 500 } as const;
    faults.failRequests({ ...createJob, count: 2, effect });
    expect(faults.takeEffect({ verb: 'get', resource: 'jobs' }, 'before')).toBeNull();
    expect(faults.takeEffect(createJob, 'after')).toBeNull();
    expect(faults.takeEffect(createJob, 'before')).toBe(effect);
    expect(faults.takeEffect(createJob, 'before')).toBe(effect);
    expect(faults.takeEffect(createJob, 'before')).toBeNull();
  });

  it('affects only requests in its namespace', () => {
    const faults = new FaultSwitchboard();
    faults.failRequests({ namespace: 'a', effect: { kind: 'hang' } });
    expect(faults.takeEffect({ ...createJob, namespace: 'b' }, 'before')).toBeNull();
    expect(faults.takeEffect(createJob, 'before')).toBeNull();
    expect(faults.takeEffect({ ...createJob, namespace: 'a' }, 'before')).toEqual({ kind: 'hang' });
  });

  it('stays on until it is cleared', () => {
    const faults = new FaultSwitchboard();
    faults.failRequests({ effect: { kind: 'hang' } });
    for (let i = 0; i < 3; i++) expect(faults.takeEffect(createJob, 'before')).toEqual({ kind: 'hang' });
    faults.clear();
    expect(faults.takeEffect(createJob, 'before')).toBeNull();
  });

  it('cuts only the selected streams', () => {
    const faults = new FaultSwitchboard();
    const cut: string[] = [];
    faults.track({ resource: 'pods', cut: () => cut.push('pods') });
    faults.track({ resource: 'log', cut: () => cut.push('log') });
    faults.track({ resource: 'jobs', cut: () => cut.push('jobs') })();
    expect([faults.dropWatches(), faults.cutLogs(), faults.dropWatches('jobs')]).toEqual([1, 1, 0]);
    expect(cut).toEqual(['pods', 'log']);
  });

  it('holds pods until they are released', async () => {
    const faults = new FaultSwitchboard();
    const { signal } = new AbortController();
    faults.holdPods();
    const waiting = faults.untilPodsMayStart(signal);
    faults.releasePods();
    await waiting;
    expect(faults.holdMessage).toBeNull();
  });
});
