import { describe, expect, it } from '@jest/globals';
import { RunnerUnavailableError } from '../runner.js';
import { FakeRunner, JOB_REQUEST } from './fake-runner.js';
import { describeRunner } from './runner-conformance.js';
import { playScenario } from './scenarios.js';

describeRunner('FakeRunner', async () => {
  const runner = new FakeRunner({ script: playScenario });
  return {
    runner,
    image: 'fake',
    drain: (podName) => runner.drain(podName),
    injectSidecar: (isOn) => (runner.hasSidecar = isOn),
    async refuse(kind) {
      if (kind === 'jobs') runner.hasFullJobQuota = true;
      else runner.refusePods();
      return async () => {
        if (kind === 'jobs') runner.hasFullJobQuota = false;
        else runner.allowPods();
      };
    },
  };
});

describe('FakeRunner', () => {
  it('is unavailable, or refuses, when switched to', async () => {
    const runner = new FakeRunner();
    runner.isUnavailable = true;
    await expect(runner.read('any')).rejects.toBeInstanceOf(RunnerUnavailableError);
    runner.isUnavailable = false;
    runner.refusal = 'forbidden';
    expect(await runner.createJob(JOB_REQUEST)).toEqual({ kind: 'refused', message: 'forbidden' });
  });

  it('removes a Job that is being followed', async () => {
    const runner = new FakeRunner({ script: (run) => run.stopped });
    const outcome = await runner.createJob(JOB_REQUEST);
    if (outcome.kind !== 'created') throw new Error('not created');
    await runner.createSecret({ jobName: 'a', jobUid: outcome.jobUid }, {});
    runner.vanish('a');
    expect(await runner.read('a')).toEqual({ job: null, pods: [] });
  });
});
