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
const facts = (state: ContainerState, others: Record<string, ContainerState> = {}): PodFacts => ({
  containers: new Map(
    Object.entries({ ...others, main: state }).map(([name, one]) => [
      name,
      { restartCount: 0, state: one, lastState: {} },
    ]),
  ),
});

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

  const withOthers = (restartPolicy: string): Pod => {
    const pod = podWith(restartPolicy);
    const initContainers = [
      { name: 'mesh', image: 'i', restartPolicy: 'Always' as const },
      { name: 'setup', image: 'i' },
    ];
    const containers = [...pod.spec.containers, { name: 'agent', image: 'i' }];
    return { ...pod, spec: { ...pod.spec, initContainers, containers } };
  };
  const initializing: ContainerState = { waiting: { reason: 'PodInitializing' } };
  const mesh = running;
  const setup = ended(0);

  it.each<[string, Record<string, ContainerState>, PodPhase]>([
    [
      'before anything runs',
      { mesh: initializing, setup: initializing, agent: initializing, main: initializing },
      'Pending',
    ],
    [
      'while an init container runs',
      { mesh, setup: running, agent: initializing, main: initializing },
      'Pending',
    ],
    [
      'after an init container failed',
      { mesh, setup: ended(1), agent: initializing, main: initializing },
      'Failed',
    ],
    [
      'while one container waits',
      { mesh, setup, agent: { waiting: { reason: 'ErrImagePull' } }, main: running },
      'Pending',
    ],
    ['while one container runs', { mesh, setup, agent: running, main: ended(0) }, 'Running'],
    ['while only the native sidecar runs', { mesh, setup, agent: ended(0), main: ended(0) }, 'Running'],
    ['after all succeeded', { mesh: ended(143), setup, agent: ended(0), main: ended(0) }, 'Succeeded'],
    [
      'after another container failed',
      { mesh: ended(0), setup, agent: ended(143), main: ended(0) },
      'Failed',
    ],
  ])('has the phase of all containers, %s', (_when, states, phase) => {
    const { main, ...others } = states;
    expect(podStatus(withOthers('Never'), facts(main!, others), NOW).phase).toBe(phase);
  });

  it('lists init containers apart, ready once they are done', () => {
    const status = podStatus(withOthers('Never'), facts(running, { mesh, setup, agent: running }), NOW);
    expect(status.initContainerStatuses).toMatchObject([
      { name: 'mesh', started: true, ready: true },
      { name: 'setup', started: false, ready: true },
    ]);
    expect(status.containerStatuses?.map(({ name }) => name)).toEqual(['main', 'agent']);
  });

  it('says that a disruption ended the pod, and keeps saying so', () => {
    const verdict = {
      ...({ phase: 'Failed', reason: 'Evicted', message: 'low on memory' } as const),
      disruption: 'TerminationByKubelet',
    };
    const first = podWith('Never');
    const status = podStatus(first, { ...facts(ended(137)), verdict }, NOW);
    const disruption = { type: 'DisruptionTarget', status: 'True', reason: 'TerminationByKubelet' };
    expect(status.conditions).toContainEqual(expect.objectContaining(disruption));
    const again = podStatus({ ...first, status }, facts(ended(137)), NOW);
    expect(again.conditions).toContainEqual(expect.objectContaining(disruption));
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
