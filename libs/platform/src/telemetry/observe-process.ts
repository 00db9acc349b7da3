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
  const gauge = (name: string, description: string) =>
    meter.createObservableGauge(name, { description, unit: 'By' });
  const resident = gauge('process_resident_memory_bytes', 'Memory of the process that is in RAM.');
  const heapUsed = gauge('nodejs_heap_size_used_bytes', 'JavaScript heap in use.');
  const heapTotal = gauge('nodejs_heap_size_total_bytes', 'JavaScript heap, used or free.');
  const external = gauge('nodejs_external_memory_bytes', 'Memory outside the heap that objects in it hold.');
  meter.addBatchObservableCallback(
    (result) => {
      const memory = process.memoryUsage();
      result.observe(resident, memory.rss);
      result.observe(heapUsed, memory.heapUsed);
      result.observe(heapTotal, memory.heapTotal);
      result.observe(external, memory.external);
    },
    [resident, heapUsed, heapTotal, external],
  );
}

function observeEventLoop(meter: Meter): () => void {
  const lag = new EventLoopLag();
  const gauge = (name: string, description: string) =>
    meter.createObservableGauge(name, { description, unit: 's' });
  const mean = gauge(
    'nodejs_eventloop_lag_mean_seconds',
    'How late timers were in the last ten seconds, on average.',
  );
  const p99 = gauge(
    'nodejs_eventloop_lag_p99_seconds',
    'How late timers were in the last ten seconds, 99th percentile.',
  );
  const max = gauge(
    'nodejs_eventloop_lag_max_seconds',
    'How late timers were in the last ten seconds, at most.',
  );
  meter.addBatchObservableCallback(
    (result) => {
      const seconds = lag.read();
      result.observe(mean, seconds.mean);
      result.observe(p99, seconds.p99);
      result.observe(max, seconds.max);
    },
    [mean, p99, max],
  );
  return () => lag.close();
}
