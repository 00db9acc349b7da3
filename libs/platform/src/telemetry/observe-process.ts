import type { Meter } from '@opentelemetry/api';
import { EventLoopLag } from './event-loop-lag.js';

/** Measures this process, under the metric names of common Node dashboards. @returns stops measuring */
export function observeProcess(meter: Meter): () => void {
  observeCpuAndStart(meter);
  observeMemory(meter);
  return observeEventLoop(meter);
}

function observeCpuAndStart(meter: Meter): void {
  const startedAtSeconds = performance.timeOrigin / 1e3;
  meter
    .createObservableCounter('process_cpu_seconds_total', {
      description: 'CPU time that the process has used, in user and system mode.',
      unit: 's',
    })
    .addCallback((result) => {
      const { user, system } = process.cpuUsage();
      result.observe((user + system) / 1e6);
    });
  meter
    .createObservableGauge('process_start_time_seconds', {
      description: 'When the process started, since the Unix epoch.',
      unit: 's',
    })
    .addCallback((result) => result.observe(startedAtSeconds));
}

function observeMemory(meter: Meter): void {
  observeGauges(meter, 'By', () => process.memoryUsage(), [
    ['process_resident_memory_bytes', 'Memory of the process that is in RAM.', ({ rss }) => rss],
    ['nodejs_heap_size_used_bytes', 'JavaScript heap in use.', ({ heapUsed }) => heapUsed],
    ['nodejs_heap_size_total_bytes', 'JavaScript heap, used or free.', ({ heapTotal }) => heapTotal],
    [
      'nodejs_external_memory_bytes',
      'Memory outside the heap that objects in it hold.',
      ({ external }) => external,
    ],
  ]);
}

function observeEventLoop(meter: Meter): () => void {
  const lag = new EventLoopLag();
  const late = 'How late timers were in the last ten seconds';
  observeGauges(meter, 's', () => lag.read(), [
    ['nodejs_eventloop_lag_mean_seconds', `${late}, on average.`, ({ mean }) => mean],
    ['nodejs_eventloop_lag_p99_seconds', `${late}, 99th percentile.`, ({ p99 }) => p99],
    ['nodejs_eventloop_lag_max_seconds', `${late}, at most.`, ({ max }) => max],
  ]);
  return () => lag.close();
}

/** Creates gauges whose values come from the same reading. */
function observeGauges<Reading>(
  meter: Meter,
  unit: string,
  read: () => Reading,
  table: readonly (readonly [name: string, description: string, valueOf: (reading: Reading) => number])[],
): void {
  const gauges = table.map(([name, description, valueOf]) => ({
    gauge: meter.createObservableGauge(name, { description, unit }),
    valueOf,
  }));
  meter.addBatchObservableCallback(
    (result) => {
      const reading = read();
      for (const { gauge, valueOf } of gauges) result.observe(gauge, valueOf(reading));
    },
    gauges.map(({ gauge }) => gauge),
  );
}
