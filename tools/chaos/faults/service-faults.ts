import type { SupervisedService } from '../world/supervised-service.js';
import type { ServiceKind } from '../world/service-kinds.js';
import { choose, nothingToHeal, type FaultContext, type Inject } from './fault.js';

const victimOf = ({ world }: FaultContext, kind: ServiceKind, whom: number): SupervisedService =>
  choose(
    world.services.filter((service) => service.kind === kind),
    whom,
  );

const ending =
  (kind: ServiceKind, signal: 'SIGKILL' | 'SIGTERM'): Inject =>
  (context, { whom }) => {
    const victim = victimOf(context, kind, whom);
    victim.sampleMemory();
    return victim.end(signal) ? nothingToHeal : null;
  };

const freezing =
  (kind: ServiceKind): Inject =>
  (context, { whom }) =>
    victimOf(context, kind, whom).freeze();

const MIN_JUMP_MS = 60_000;
const MAX_JUMP_MS = 900_000;

export const SERVICE_FAULTS = {
  'kill gateway': ending('gateway', 'SIGKILL'),
  'kill executor-worker': ending('executor-worker', 'SIGKILL'),
  'kill scheduler': ending('scheduler', 'SIGKILL'),
  'kill notifier': ending('notifier', 'SIGKILL'),
  'stop gateway': ending('gateway', 'SIGTERM'),
  'stop executor-worker': ending('executor-worker', 'SIGTERM'),
  'stop scheduler': ending('scheduler', 'SIGTERM'),
  'stop notifier': ending('notifier', 'SIGTERM'),
  'freeze gateway': freezing('gateway'),
  'freeze executor-worker': freezing('executor-worker'),
  'freeze scheduler': freezing('scheduler'),
  'freeze notifier': freezing('notifier'),
  'clock jump': (context, { whom, how }) => {
    const { clock } = victimOf(context, 'scheduler', whom).options;
    const isForwards = how < 0.5;
    const part = isForwards ? how * 2 : how * 2 - 1;
    const jumpMs = MIN_JUMP_MS + part * (MAX_JUMP_MS - MIN_JUMP_MS);
    clock?.set(Math.round(isForwards ? jumpMs : -jumpMs));
    return () => clock?.set(0);
  },
} satisfies Record<string, Inject>;
