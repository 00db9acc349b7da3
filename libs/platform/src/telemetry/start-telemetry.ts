import { withTimeout } from '@app/timing';
import type { Meter } from '@opentelemetry/api';
import type { Logger } from '../logger.js';
import { ExportLog } from './export-log.js';
import { observeProcess } from './observe-process.js';
import type { TelemetrySettings } from './telemetry-vars.js';

export type { Attributes, Counter, Gauge, Histogram, Meter, ObservableResult } from '@opentelemetry/api';

/** The metrics of a process, exposed as a page for Prometheus and sent to a collector over OTLP. */
export interface Telemetry {
  /**
   * Creates counters, histograms and gauges. Use Prometheus names (`proctor_…_seconds`, `…_total`) and labels with few values:
   * beyond 2,000 label sets per metric, further sets are counted as one.
   */
  meter: Meter;
  /** Returns all metrics in Prometheus' text format 0.0.4, within a few seconds. Gauges that cannot be read in time are omitted. */
  prometheusText(): Promise<string>;
  /** Sends the last metrics and stops, within two seconds. Never throws; may be repeated. */
  close(): Promise<void>;
}

export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const MAX_CLOSE_MS = 2_000;

/** @param service the process, e.g. `gateway`. An unreachable, slow or broken collector is logged and never affects the process. */
export async function startTelemetry(options: {
  service: string;
  settings: TelemetrySettings;
  logger: Logger;
}): Promise<Telemetry> {
  const { service, settings, logger } = options;
  const { openMeter } = await import('./open-meter.js');
  const opened = openMeter(
    service,
    settings,
    new ExportLog(logger, Object.values(settings.export?.headers ?? {})),
  );
  const stopObserving = observeProcess(opened.meter);
  if (settings.export) {
    const { url, intervalMs } = settings.export;
    logger.info({ to: new URL(url).origin, intervalMs }, 'sending metrics');
  }
  let closing: Promise<void> | null = null;
  const close = async () => {
    await withTimeout(opened.flushAndClose(), MAX_CLOSE_MS, () => undefined);
    opened.giveUp();
    stopObserving();
  };
  return {
    meter: opened.meter,
    prometheusText: () => opened.prometheusText(),
    close: () => (closing ??= close()),
  };
}
