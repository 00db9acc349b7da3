import { describe, expect, it } from '@jest/globals';
import { DEFAULT_POD_SETTINGS, type PodSettings } from './pod-settings.js';
import { checkQueue } from './queue.js';

describe('checkQueue', () => {
  it.each<[string, number | null, Partial<PodSettings>, RegExp | null]>([
    ['no queue', 0, {}, null],
    ['no queue, repeatable', 0, { repeatable: true }, null],
    ['retries', 1, { queue: 'batch' }, null],
    ['repeatable', 0, { queue: 'team.batch-1', repeatable: true }, null],
    ['neither', 0, { queue: 'batch' }, /repeatable: true/],
    ["the worker's retries", null, { queue: 'batch' }, /repeatable: true/],
    ['no name of an object', 1, { queue: 'Batch' }, /LocalQueue/],
    ['no value of a label', 1, { queue: 'a'.repeat(64) }, /LocalQueue/],
    ['an empty name', 1, { queue: '' }, /LocalQueue/],
  ])('%s', (_name, retries, changes, expected) => {
    const problems = checkQueue({ retries, pod: { ...DEFAULT_POD_SETTINGS, ...changes } });
    const message = expect.stringMatching(expected ?? '');
    expect(problems).toEqual(expected ? [{ field: 'pod.queue', message }] : []);
  });
});
