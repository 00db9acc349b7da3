import { pauseQuietly } from '@app/timing';
import type { FaultRecord } from '../record.js';
import type { World } from '../world/start-world.js';
import { INJECT } from './inject.js';
import type { PlannedFault } from './plan-faults.js';
import { SandboxFaults } from './sandbox-faults.js';

/**
 * Injects the planned faults, and returns when everything has healed. On `stop`, active faults heal at once and the
 * rest are skipped.
 * @returns the faults that were injected
 */
export async function runFaults(
  world: World,
  plan: readonly PlannedFault[],
  stop: AbortSignal,
  log: (line: string) => void,
): Promise<FaultRecord[]> {
  const context = { world, sandbox: new SandboxFaults(world.sandbox) };
  const startedAt = performance.now();
  const records: FaultRecord[] = [];

  const run = async (fault: PlannedFault) => {
    await pauseQuietly(fault.atMs - (performance.now() - startedAt), stop);
    if (stop.aborted) return;
    const fromMs = Date.now();
    const heal = await INJECT[fault.kind](context, fault);
    if (!heal) return log(`${fault.kind}: not possible now`);
    const record = { kind: fault.kind, fromMs, untilMs: fromMs };
    records.push(record);
    log(`${fault.kind}${fault.lastsMs > 0 ? ` for ${(fault.lastsMs / 1_000).toFixed(1)} s` : ''}`);
    if (fault.lastsMs > 0) await pauseQuietly(fault.lastsMs, stop);
    await heal();
    record.untilMs = Date.now();
  };
  const results = await Promise.allSettled(plan.map(run));
  for (const [i, result] of results.entries()) {
    if (result.status === 'rejected') log(`${plan[i]!.kind}: ${String(result.reason)}`);
  }
  await Promise.all([world.postgres.waitUntilUp(), world.redis.waitUntilUp()]);
  return records;
}
