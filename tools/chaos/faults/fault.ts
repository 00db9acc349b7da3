import type { World } from '../world/start-world.js';
import type { PlannedFault } from './plan-faults.js';
import type { SandboxFaults } from './sandbox-faults.js';

export interface FaultContext {
  world: World;
  sandbox: SandboxFaults;
}

/** Ends a fault. May be called once. */
export type Heal = () => unknown;

/** Makes it happen. Null: it could not, for instance because its victim is away already. */
export type Inject = (context: FaultContext, fault: PlannedFault) => Promise<Heal | null> | Heal | null;

/** Of a fault that is over as soon as it has happened. */
export const nothingToHeal: Heal = () => undefined;

/** One of them, as the fault's `whom` or `how` (0 to less than 1) says. */
export function choose<T>(from: readonly T[], position: number): T {
  const one = from[Math.floor(position * from.length)];
  if (one === undefined) throw new Error('nothing to choose from');
  return one;
}

/** Divides a position into a choice and what is left of it for another one. */
export function chooseTwice<A, B>(first: readonly A[], second: readonly B[], position: number): [A, B] {
  const scaled = position * first.length;
  return [choose(first, position), choose(second, scaled - Math.floor(scaled))];
}
