import type { World } from '../world/start-world.js';
import type { PlannedFault } from './plan-faults.js';
import type { SandboxFaults } from './sandbox-faults.js';

export interface FaultContext {
  world: World;
  sandbox: SandboxFaults;
}

/** Ends a fault. Call it once. */
export type Heal = () => unknown;

/** Injects a fault. Null: not possible now, for instance because the victim is down. */
export type Inject = (context: FaultContext, fault: PlannedFault) => Promise<Heal | null> | Heal | null;

/** For a fault that is over at once. */
export const nothingToHeal: Heal = () => undefined;

/** The item at a relative position, from 0 to less than 1, such as a fault's `whom` or `how`. */
export function choose<T>(from: readonly T[], position: number): T {
  const one = from[Math.floor(position * from.length)];
  if (one === undefined) throw new Error('nothing to choose from');
  return one;
}

/** Makes two independent choices with one position. */
export function chooseTwice<A, B>(first: readonly A[], second: readonly B[], position: number): [A, B] {
  const scaled = position * first.length;
  return [choose(first, position), choose(second, scaled - Math.floor(scaled))];
}
