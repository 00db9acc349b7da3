import { setTimeout as sleep } from 'node:timers/promises';
import { BatchV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import type { World } from './world/start-world.js';

/** Given up when for so long nothing became less. */
const PATIENCE_MS = 90_000;
const LOOK_INTERVAL_MS = 500;

export interface Leftovers {
  jobs: string[];
  secrets: string[];
}

/** Waits while it becomes less, until there is nothing. @returns how much is left (0: it is over) */
export async function waitUntilNone(count: () => Promise<number>, patienceMs = PATIENCE_MS): Promise<number> {
  let least = Infinity;
  for (let givenUpAt = performance.now() + patienceMs; ; await sleep(LOOK_INTERVAL_MS)) {
    const left = await count().catch(() => least);
    if (left === 0) return 0;
    if (left < least) {
      least = left;
      givenUpAt = performance.now() + patienceMs;
    }
    if (performance.now() > givenUpAt) return left;
  }
}

export const countLive = async (world: World): Promise<number> =>
  number(await world.query<{ n: string }>('select count(*) as n from execution where ended_at is null'));

/** Events that were not spread yet, and deliveries that were neither sent nor given up. */
export const countUndelivered = async (world: World): Promise<number> =>
  number(
    await world.query<{ n: string }>(
      `select (select count(*) from notification where spread_at is null)
            + (select count(*) from delivery where state = 'pending') as n`,
    ),
  );

function number(rows: { n: string }[]): number {
  return Number(rows[0]?.n);
}

/** Jobs and their Secrets that are still in the cluster. */
export async function listLeftovers(world: World): Promise<Leftovers> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(world.sandbox.kubeconfigPath);
  const namespace = 'default';
  const [jobs, secrets] = await Promise.all([
    kubeConfig.makeApiClient(BatchV1Api).listNamespacedJob({ namespace }),
    kubeConfig.makeApiClient(CoreV1Api).listNamespacedSecret({ namespace }),
  ]);
  return { jobs: jobs.items.map(nameOf), secrets: secrets.items.map(nameOf) };
}

const nameOf = ({ metadata }: { metadata?: { name?: string } }) => metadata?.name ?? '';
