import { CleanUps } from '../../../test/support/clean-ups.js';
import type { Row } from '../figures.js';
import { startBenchSystem } from '../harness/bench-system.js';
import { perOperation, perSecond, readCounts } from '../harness/counts.js';
import { Observer } from '../harness/observer.js';
import { RedisMonitor } from '../harness/redis-monitor.js';
import { runExecutions } from '../harness/run-executions.js';
import { SegmentWatch } from '../harness/tcp-segments.js';

const SCRIPT = 'echo done';
const AT_ONCE = 300;
const LONE = 20;

/** Commits, Redis commands, Kubernetes calls and more for each execution: many at once, and one after another. */
export async function counts(): Promise<Row[]> {
  const cleanUps = new CleanUps();
  try {
    const system = await startBenchSystem({ workers: 1 });
    await cleanUps.add(() => system.stop());
    const observer = await Observer.open(system.databaseUrl());
    await cleanUps.add(() => observer.close());
    const redis = await RedisMonitor.start(system.redis.port);
    await cleanUps.add(() => redis.stop());
    const { gatewayUrl, sandbox, postgres } = system;
    const ports = [gatewayUrl, sandbox.url].map((url) => Number(new URL(url).port));
    const segments = new SegmentWatch([...ports, postgres!.port, system.redis.port]);
    await cleanUps.add(() => segments.stop());
    const sources = { observer, redis, segments, kubernetesCalls: () => sandbox.requests() };
    const run = (count: number) => runExecutions(system.api, observer, SCRIPT, count);
    await run(30);
    const start = await readCounts(sources);
    const idle = await readCounts(sources);
    await run(AT_ONCE);
    const many = await readCounts(sources);
    for (let at = 0; at < LONE; at++) await run(1);
    const lone = await readCounts(sources);
    const idlePerSecond = perSecond(start, idle);
    return [
      {
        name: `for one of ${AT_ONCE} executions at once`,
        figures: perOperation(idle, many, AT_ONCE, idlePerSecond),
      },
      { name: 'for a lone execution', figures: perOperation(many, lone, LONE, idlePerSecond) },
      { name: 'per second while nothing happens', figures: idlePerSecond },
    ];
  } finally {
    await cleanUps.run();
  }
}
