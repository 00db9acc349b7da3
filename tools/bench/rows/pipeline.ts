import { join } from 'node:path';
import { Child } from '../../chaos/world/child.js';
import { quantile } from '../../limits/timing.js';
import type { JobLoopMethods, Manifest } from '../baselines/job-loop.js';
import { RATE, type Figures, type Row } from '../figures.js';
import { startBenchSystem, type BenchSystem } from '../harness/bench-system.js';
import { cpuFigures } from '../harness/load.js';
import { cpuMsOf } from '../harness/process-cpu.js';
import { measureExecutions, runExecutions, SUBMITTERS } from '../harness/run-executions.js';
import { KubeClient } from '../harness/kube-client.js';

const SCRIPT = 'echo done';
/** As many as are measured at least: Node compiles what it runs often, and the first executions cost twice as much. */
const WARM_UP = 300;
const NAMESPACE = 'default';
const SECRET = 'bare-loop';

export interface PipelineOptions {
  executions: number;
  /** Containers as processes, or such as only seem to run. */
  nullContainers?: boolean;
  workers?: number;
}

/** Executions from request to end, against a loop that creates, watches and reads the same Jobs. */
export async function pipeline(options: PipelineOptions): Promise<Row[]> {
  const { executions, nullContainers = false, workers = 1 } = options;
  const system = await startBenchSystem({ workers, nullContainers });
  try {
    await runExecutions(system.api, system, SCRIPT, WARM_UP);
    const figures = await measureExecutions(system, SCRIPT, executions);
    const bare = await measureBare(system, executions);
    const how = [
      `pipeline, ${executions.toLocaleString('en')} executions`,
      ...(nullContainers ? ['null containers'] : []),
      ...(workers > 1 ? [`${workers} workers`] : []),
    ];
    return [{ name: how.join(', '), figures, bare }];
  } finally {
    await system.stop();
  }
}

async function measureBare(system: BenchSystem, count: number): Promise<Figures> {
  const loop = await Child.start<JobLoopMethods>(join(import.meta.dirname, '../baselines/job-loop.ts'), {
    isPrioritized: false,
  });
  try {
    const { url, token } = system.sandbox;
    const [server, manifest] = [{ url, token }, await copyJob(system)];
    const run = (jobs: number) =>
      loop.call('run', { server, manifest, namespace: NAMESPACE, count: jobs, creators: SUBMITTERS });
    await run(WARM_UP);
    const cpuMs = () => ({ worker: cpuMsOf(loop.pid), sandbox: cpuMsOf(system.sandbox.pid) });
    const before = cpuMs();
    const { tookMs, times } = await run(count);
    return {
      [RATE]: (count / tookMs) * 1_000,
      'p50 ms': quantile(times, 0.5),
      'p99 ms': quantile(times, 0.99),
      ...cpuFigures(before, cpuMs(), count),
    };
  } finally {
    await loop.close();
  }
}

/**
 * A Job as the worker creates them, without what the server adds, and with no labels by which the worker would know it. Its
 * Secret is a copy: the worker deletes its own with their Jobs.
 */
async function copyJob(system: BenchSystem): Promise<Manifest> {
  const kube = new KubeClient(system.sandbox);
  await runExecutions(system.api, system, SCRIPT, 1);
  const { items } = await kube.json<{ items: Job[] }>('GET', `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`);
  const { metadata, spec } = items.at(-1)!;
  const secrets = `/api/v1/namespaces/${NAMESPACE}/secrets`;
  const { data } = await kube.json<{ data?: object }>('GET', `${secrets}/${metadata.name}`);
  await kube.json('POST', secrets, {
    ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: SECRET, namespace: NAMESPACE } },
    data,
  });
  kube.close();
  const { selector: _selector, template, ...rest } = renameSecret(spec, metadata.name);
  const labels = {};
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: '', namespace: NAMESPACE, labels },
    spec: { ...rest, template: { ...(template as object), metadata: { labels } } },
  } as Manifest;
}

interface Job {
  metadata: { name: string };
  spec: Record<string, unknown>;
}

/** A Job and its Secret have the same name. */
function renameSecret(spec: Job['spec'], name: string): Job['spec'] {
  return JSON.parse(JSON.stringify(spec).replaceAll(`"${name}"`, `"${SECRET}"`)) as Job['spec'];
}
