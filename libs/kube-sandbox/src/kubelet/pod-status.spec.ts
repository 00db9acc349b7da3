import { describe, expect, it } from '@jest/globals';
import type { ContainerState, Pod, PodPhase } from '../objects/kube-object.js';
import { type PodFacts, podStatus } from './pod-status.js';

function podWith(restartPolicy: string): Pod {
  return {
    metadata: { name: 'p' },
    spec: { containers: [{ name: 'main', image: 'i' }], restartPolicy },
    status: { phase: 'Pending' },
  } as unknown as Pod;
}

const NOW = '2026-01-01T00:00:00Z';
const running: ContainerState = { running: { startedAt: NOW } };
const ended = (exitCode: number): ContainerState => ({
  terminated: { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt: NOW, finishedAt: NOW },
});
const facts = (state: ContainerState): PodFacts => ({ restartCount: 0, state, lastState: {} });

describe('podStatus', () => {
  it.each<[string, ContainerState, PodPhase]>([
    ['Never', { waiting: { reason: 'ContainerCreating' } }, 'Pending'],
    ['Never', { waiting: { reason: 'ImagePullBackOff' } }, 'Pending'],
    ['Never', running, 'Running'],
    ['Never', ended(0), 'Succeeded'],
    ['Never', ended(3), 'Failed'],
    ['OnFailure', ended(0), 'Succeeded'],
    ['OnFailure', ended(3), 'Running'],
    ['OnFailure', { waiting: { reason: 'CrashLoopBackOff' } }, 'Running'],
    ['Always', ended(0), 'Running'],
  ])('restartPolicy %s, container %j → %s', (policy, state, phase) => {
    expect(podStatus(podWith(policy), facts(state), NOW).phase).toBe(phase);
  });

  it('follows the verdict', () => {
    const verdict = { phase: 'Failed', reason: 'DeadlineExceeded', message: 'late' } as const;
    const status = podStatus(podWith('Never'), { ...facts(ended(0)), verdict }, NOW);
    expect(status).toMatchObject({ phase: 'Failed', reason: 'DeadlineExceeded', message: 'late' });
  });

  it('keeps the transition time of an unchanged condition', () => {
    const first = podWith('Never');
    const before = { ...first, status: podStatus(first, facts(running), NOW) };
    const later = podStatus(before, facts(ended(0)), '2026-01-01T00:00:09Z');
    const timeOf = (type: string) =>
      later.conditions?.find((condition) => condition.type === type)?.lastTransitionTime;
    expect(timeOf('PodScheduled')).toBe(NOW);
    expect(timeOf('Ready')).toBe('2026-01-01T00:00:09Z');
  });
});
