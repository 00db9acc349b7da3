import type { MetricsStore } from '@app/database';
import type { HealthRegistry, Meter } from '@app/platform';
import { RecentValue } from './recent-value.js';

const COUNT_MAX_AGE_MS = 5_000;
const COUNT_WAIT_MS = 2_000;

export interface ObservedState {
  store: Pick<MetricsStore, 'countLive'>;
  health: Pick<HealthRegistry, 'report'>;
  /** How many logs are watched through this process right now. */
  openLogStreams: () => number;
}

/** What is the case when somebody looks. What can't be read is left out, rather than told as zero. */
export function observeState(meter: Meter, { store, health, openLogStreams }: ObservedState): void {
  const live = new RecentValue(() => store.countLive(), {
    maxAgeMs: COUNT_MAX_AGE_MS,
    waitMs: COUNT_WAIT_MS,
  });
  meter
    .createObservableGauge('proctor_executions', {
      description:
        'Executions of the installation that are not over: the same from each gateway, so take the maximum.',
    })
    .addCallback(async (result) => {
      const count = await live.get();
      if (count === null) return;
      result.observe(count.waiting, { state: 'waiting' });
      result.observe(count.running, { state: 'running' });
    });
  meter
    .createObservableGauge('proctor_dependency_up', {
      description: 'Whether what this gateway depends on answers it (1) or not (0).',
    })
    .addCallback(async (result) => {
      const { checks } = await health.report();
      for (const [dependency, { status }] of Object.entries(checks)) {
        result.observe(status === 'ok' ? 1 : 0, { dependency });
      }
    });
  meter
    .createObservableGauge('proctor_log_streams_open', {
      description: 'Logs that are watched through this gateway.',
    })
    .addCallback((result) => result.observe(openLogStreams()));
}
