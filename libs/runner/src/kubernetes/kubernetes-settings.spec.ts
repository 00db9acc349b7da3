import { describe, expect, it } from '@jest/globals';
import { completeSettings } from './kubernetes-settings.js';

describe('completeSettings', () => {
  const settings = { cluster: { mode: 'in-cluster' }, namespace: 'procs', installationId: 'a1' } as const;

  it('applies defaults', () => {
    expect(completeSettings(settings)).toMatchObject({
      requestTimeoutMs: 5000,
      ttlSecondsAfterFinished: 604_800,
    });
    expect(completeSettings({ ...settings, requestTimeoutMs: 1 })).toMatchObject({ requestTimeoutMs: 1 });
  });

  it.each([{ namespace: 'Procs' }, { installationId: 'a_b' }, { installationId: '' }])(
    'refuses %j',
    (wrong) => {
      expect(() => completeSettings({ ...settings, ...wrong })).toThrow(/is not a valid Kubernetes name/);
    },
  );
});
