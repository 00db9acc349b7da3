import { describe, expect, it } from '@jest/globals';
import { checkExitCodes } from './check-exit-codes.js';
import { DEFAULT_POD_SETTINGS, type PodSettings } from './pod-settings.js';

describe('checkExitCodes', () => {
  it.each<[number | null, Partial<PodSettings>, string[]]>([
    [0, {}, []],
    [null, { retryOn: [75] }, []],
    [2, { failOn: [255, 1] }, []],
    [2, { retryOn: [0, 1] }, ['pod.retryOn.0']],
    [2, { failOn: [1, 256, 1.5] }, ['pod.failOn.1', 'pod.failOn.2']],
    [2, { retryOn: [3, 3] }, ['pod.retryOn.1']],
    [2, { retryOn: [3], failOn: [4] }, ['pod.failOn']],
    [0, { retryOn: [3] }, ['pod.retryOn']],
    [0, { failOn: [3] }, ['pod.failOn']],
  ])('with %j retries, of %j refuses %j', (retries, changes, fields) => {
    const problems = checkExitCodes({ retries, pod: { ...DEFAULT_POD_SETTINGS, ...changes } });
    expect(problems.map(({ field }) => field)).toEqual(fields);
  });
});
