import type { AuditSealsStore, MetricsStore, UnsealedRows } from '@app/database';
import type { HealthRegistry, Meter } from '@app/platform';
import { RecentValue } from './recent-value.js';

const COUNT_MAX_AGE_MS = 5_000;
const COUNT_WAIT_MS = 2_000;

export interface ObservedState {
  store: Pick<MetricsStore, 'countLive'>;
  seals: Pick<AuditSealsStore, 'countUnsealed'>;
  health: Pick<HealthRegistry, 'report'>;
  /** How many logs are being streamed by this process. */
  openLogStreams: () => number;
}

/** Registers gauges that are read at each scrape. A value that cannot be read is omitted rather than reported as 0. */
export function observeState(meter: Meter, { store, seals, health, openLogStreams }: ObservedState): void {
  const recent = { maxAgeMs: COUNT_MAX_AGE_MS, waitMs: COUNT_WAIT_MS };
  const live = new RecentValue(() => store.countLive(), recent);
  meter
    .createObservableGauge('proctor_executions', {
      description:
        'Live executions of the installation. Every gateway reports the same number: aggregate with max.',
    })
    .addCallback(async (result) => {
      const count = await live.get();
      if (count === null) return;
      result.observe(count.waiting, { state: 'waiting' });
      result.observe(count.running, { state: 'running' });
    });
  meter
    .createObservableGauge('proctor_dependency_up', {
      description: 'Whether a dependency of this gateway is available (1) or not (0).',
    })
    .addCallback(async (result) => {
      const { checks } = await health.report();
      for (const [dependency, { status }] of Object.entries(checks)) {
        result.observe(status === 'ok' ? 1 : 0, { dependency });
      }
    });
  meter
    .createObservableGauge('proctor_log_streams_open', {
      description: 'Streams open on this gateway: of logs, of events, and exports of the audit trail.',
    })
    .addCallback((result) => result.observe(openLogStreams()));
  observeSeals(meter, new RecentValue(() => seals.countUnsealed(), recent));
}

function observeSeals(meter: Meter, unsealed: RecentValue<UnsealedRows>): void {
  meter
    .createObservableGauge('proctor_audit_unsealed', {
      description:
        'Rows of the audit trail that are waiting for their seal, counted up to 10,000. Every gateway reports the same number: aggregate with max.',
    })
    .addCallback(async (result) => {
      const rows = await unsealed.get();
      if (rows) result.observe(rows.count);
    });
  meter
    .createObservableGauge('proctor_audit_oldest_unsealed_seconds', {
      description:
        'How long the oldest row of the audit trail has been waiting for its seal; 0 if none is waiting.',
    })
    .addCallback(async (result) => {
      const rows = await unsealed.get();
      if (rows) result.observe(rows.oldestSeconds);
    });
}
