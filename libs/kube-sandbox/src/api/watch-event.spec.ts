import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../objects/kube-object.js';
import { seenThroughFilter } from './watch-event.js';

const pod = (phase: string, resourceVersion: string) =>
  ({ metadata: { name: 'p', resourceVersion }, status: { phase } }) as unknown as Pod;
const isRunning = (object: unknown) => (object as Pod).status.phase === 'Running';

describe('seenThroughFilter', () => {
  const change = (type: 'ADDED' | 'MODIFIED' | 'DELETED', before: string | null, after: string) => {
    const previous = before === null ? null : pod(before, '1');
    const seen = seenThroughFilter(
      { resource: 'pods', type, version: 2, object: pod(after, '2'), previous },
      isRunning,
    );
    return (
      seen && `${seen.type} ${(seen.object as Pod).status.phase} ${seen.object.metadata.resourceVersion}`
    );
  };

  it.each([
    ['ADDED', null, 'Running', 'ADDED Running 2'],
    ['ADDED', null, 'Pending', null],
    ['MODIFIED', 'Pending', 'Running', 'ADDED Running 2'],
    ['MODIFIED', 'Running', 'Running', 'MODIFIED Running 2'],
    ['MODIFIED', 'Running', 'Failed', 'DELETED Running 2'],
    ['MODIFIED', 'Pending', 'Failed', null],
    ['DELETED', 'Running', 'Running', 'DELETED Running 2'],
    ['DELETED', 'Failed', 'Failed', null],
  ] as const)('%s %s → %s: %s', (type, before, after, seen) => {
    expect(change(type, before, after)).toBe(seen);
  });
});
