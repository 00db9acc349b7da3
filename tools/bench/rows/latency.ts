import { setTimeout as sleep } from 'node:timers/promises';
import { isExecutionStatus, isFinal } from '@app/domain';
import { quantile } from '../../limits/timing.js';
import type { Figures, Row } from '../figures.js';
import { startBenchSystem, type BenchSystem } from '../harness/bench-system.js';
import { isComplete, KubeClient } from '../harness/kube-client.js';
import { runExecutions } from '../harness/run-executions.js';

const SCRIPT = 'sleep 0.2';
const EXECUTIONS = 40;
const POLL_MS = 3;

/** How long the system takes for the steps of a lone execution. */
export async function latency(): Promise<Row[]> {
  const system = await startBenchSystem({ workers: 1 });
  const kube = new KubeClient(system.sandbox);
  try {
    await runExecutions(system.api, system, SCRIPT, 10);
    const watched = await watchJobs(kube);
    const created: number[] = [];
    const readable: number[] = [];
    const told: number[] = [];
    for (let at = 0; at < EXECUTIONS; at++) {
      const { id } = await system.api.run(SCRIPT);
      const acceptedAtMs = Date.now();
      const readableAtMs = await waitUntilFinal(system, id);
      const [{ job }] = (await system.query<{ job: string }>(
        'select job_name as job from execution where id = $1',
        [id],
      )) as [{ job: string }];
      const endedAtMs = await readContainerEnd(kube, job);
      const { createdAtMs = NaN, completeAtMs = NaN } = watched.get(job) ?? {};
      created.push(createdAtMs - acceptedAtMs);
      readable.push(readableAtMs - endedAtMs);
      told.push(completeAtMs - endedAtMs);
    }
    return [
      { name: 'answer to POST /execution → Job created', figures: quantiles(created) },
      {
        name: "container's end → final status readable",
        figures: quantiles(readable),
        bare: quantiles(told),
      },
    ];
  } finally {
    kube.close();
    await system.stop();
  }
}

function quantiles(times: readonly number[]): Figures {
  return { 'p50 ms': quantile(times, 0.5), 'p99 ms': quantile(times, 0.99) };
}

/** When a bare watch was told of each Job, and that it is complete. */
async function watchJobs(kube: KubeClient) {
  const jobs = new Map<string, { createdAtMs: number; completeAtMs?: number }>();
  await kube.watch('/apis/batch/v1/namespaces/default/jobs', '', (job) => {
    const known = jobs.get(job.metadata.name);
    if (!known) jobs.set(job.metadata.name, { createdAtMs: Date.now() });
    else if (isComplete(job)) known.completeAtMs ??= Date.now();
  });
  return jobs;
}

async function waitUntilFinal(system: BenchSystem, id: number): Promise<number> {
  for (;;) {
    const { status } = await system.api.status(id);
    if (isExecutionStatus(status) && isFinal(status)) return Date.now();
    await sleep(POLL_MS);
  }
}

async function readContainerEnd(kube: KubeClient, job: string): Promise<number> {
  const { runs } = await kube.json<{ runs: { jobName: string; endedAt: string }[] }>(
    'GET',
    '/sandbox/history',
  );
  return Date.parse(runs.find(({ jobName }) => jobName === job)!.endedAt);
}
