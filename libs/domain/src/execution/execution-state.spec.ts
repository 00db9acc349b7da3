import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  canMove,
  EXECUTION_STATUSES,
  type ExecutionStatus,
  FINAL_STATUSES,
  INITIAL_STATUS,
  isExecutionStatus,
  isFinal,
  isSuccess,
  statusesBefore,
} from './execution-state.js';

const movesFrom = (from: ExecutionStatus) => EXECUTION_STATUSES.filter((to) => canMove(from, to));

function reachableFrom(start: ExecutionStatus): Set<ExecutionStatus> {
  const reached = new Set([start]);
  for (const status of reached) for (const next of movesFrom(status)) reached.add(next);
  return reached;
}

describe('the execution state machine', () => {
  it.each<[ExecutionStatus, ExecutionStatus[], ExecutionStatus[]]>([
    ['RECEIVED', ['CREATED', 'REQUIREMENT_NOT_MET', 'CANCELLED'], ['POD_READY', 'FINISHED']],
    ['CREATED', ['JOB_READY', 'FINISHED'], ['RECEIVED', 'CREATION_FAILED']],
    ['JOB_READY', ['POD_READY'], ['JOB_CREATION_FAILED']],
    ['POD_READY', ['JOB_READY', 'FINISHED', 'TIMED_OUT'], []],
    ['FINISHED', [], ['CANCELLED']],
    ['CANCELLED', [], ['FINISHED']],
  ])('%s can become %j, but not %j', (from, next, never) => {
    expect(movesFrom(from)).toEqual(expect.arrayContaining(next));
    for (const to of never) expect(canMove(from, to)).toBe(false);
  });

  it('ends in exactly the statuses that the contract calls final', () => {
    const running: ExecutionStatus[] = ['RECEIVED', 'CREATED', 'JOB_READY', 'POD_READY'];
    expect(FINAL_STATUSES).toEqual(EXECUTION_STATUSES.filter((status) => !running.includes(status)));
  });

  it('reaches every status from the first', () => {
    expect([...reachableFrom(INITIAL_STATUS)].sort()).toEqual([...EXECUTION_STATUSES].sort());
  });

  it.each(EXECUTION_STATUSES.filter((status) => !isFinal(status)))(
    'can end, and be cancelled, from %s',
    (status) => {
      expect(canMove(status, 'CANCELLED')).toBe(true);
      expect([...reachableFrom(status)].some(isSuccess)).toBe(true);
    },
  );

  it.each(EXECUTION_STATUSES)('never stays at %s by a move', (status) => {
    expect(canMove(status, status)).toBe(false);
  });

  it('counts only FINISHED as success', () => {
    expect(EXECUTION_STATUSES.filter(isSuccess)).toEqual(['FINISHED']);
  });

  it('knows its own names only', () => {
    expect(EXECUTION_STATUSES.every(isExecutionStatus)).toBe(true);
    expect(['', 'finished', 'toString'].some(isExecutionStatus)).toBe(false);
  });
});

describe('the execution state machine, properties', () => {
  const status = fc.constantFrom(...EXECUTION_STATUSES);

  it('never leaves a final status, whatever is tried', () => {
    fc.assert(
      fc.property(fc.array(status, { maxLength: 30 }), (tried) => {
        let at: ExecutionStatus = INITIAL_STATUS;
        let ended: ExecutionStatus | null = null;
        for (const to of tried) {
          if (canMove(at, to)) at = to;
          if (ended === null && isFinal(at)) ended = at;
        }
        expect(ended ?? at).toBe(at);
      }),
    );
  });

  it('agrees with itself on what may come before', () => {
    fc.assert(
      fc.property(status, status, (from, to) => {
        expect(statusesBefore(to).includes(from)).toBe(canMove(from, to));
      }),
    );
  });
});
