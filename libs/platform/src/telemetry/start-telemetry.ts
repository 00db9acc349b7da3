import { withTimeout } from '@app/timing';
import type { Meter } from '@opentelemetry/api';
import type { Logger } from '../logger.js';
import { ExportLog } from './export-log.js';
import { observeProcess } from './observe-process.js';
import type { TelemetrySettings } from './telemetry-vars.js';

export type { Attributes, Counter, Gauge, Histogram, Meter, ObservableResult } from '@opentelemetry/api';

/** What a process measures of itself, and the two ways out of it: a page for Prometheus, and OTLP to a collector. */
export interface Telemetry {
  /**
   * Makes counters, histograms and gauges. Names as Prometheus wants them (`proctor_…_seconds`, `…_total`), labels only with
   * few values: past 2,000 sets of them a metric's further ones are counted as one.
   */
  meter: Meter;
  /** All metrics in Prometheus' text format 0.0.4. Takes at most a few seconds; a gauge that can't be read in time is left out. */
  prometheusText(): Promise<string>;
  /** Sends the last metrics and stops, within two seconds. Never throws; may be repeated. */
  close(): Promise<void>;
}

export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

const MAX_CLOSE_MS = 2_000;

/** @param service the process, e.g. `gateway`. A collector that is away, slow or broken never disturbs: it is logged. */
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
