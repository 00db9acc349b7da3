import type { SupervisedService } from '../world/supervised-service.js';
import type { ServiceKind } from '../world/service-kinds.js';
import type { CaughtAt } from '../world/tcp-proxy.js';
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

/** How long to wait for a write. */
const CATCH_TIMEOUT_MS = 5_000;

/** Kills a worker while a batch of several executions is on its way: nothing that follows a commit has happened. */
const killingAtWrite =
  (at: CaughtAt): Inject =>
  async (context, { whom }) => {
    const victim = victimOf(context, 'executor-worker', whom);
    const release = await victim.options.network.catchWrite(at, CATCH_TIMEOUT_MS);
    if (!release) return null;
    const hasEnded = victim.end('SIGKILL');
    await release();
    return hasEnded ? nothingToHeal : null;
  };

const MIN_JUMP_MS = 60_000;
const MAX_JUMP_MS = 900_000;

export const SERVICE_FAULTS = {
  'kill gateway': ending('gateway', 'SIGKILL'),
  'kill executor-worker': ending('executor-worker', 'SIGKILL'),
  'kill scheduler': ending('scheduler', 'SIGKILL'),
  'kill notifier': ending('notifier', 'SIGKILL'),
  'kill executor-worker before its commit': killingAtWrite('before commit'),
  'kill executor-worker after its commit': killingAtWrite('after commit'),
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
