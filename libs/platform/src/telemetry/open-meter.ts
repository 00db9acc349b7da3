import { SingleFlight } from '@app/timing';
import type { Meter } from '@opentelemetry/api';
import { PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  MeterProvider,
  MetricReader,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { randomUUID } from 'node:crypto';
import { chooseTemporality } from './choose-temporality.js';
import type { ExportLog } from './export-log.js';
import { SendingExporter } from './sending-exporter.js';
import type { TelemetrySettings } from './telemetry-vars.js';

/** How long collecting all metrics may take; slower ones are left out. */
const COLLECT_TIMEOUT_MS = 3_000;

export interface OpenMeter {
  meter: Meter;
  prometheusText(): Promise<string>;
  /** Sends the latest metrics. Does not throw; takes as long as the collector. */
  flushAndClose(): Promise<void>;
  /** Aborts attempts in flight. */
  giveUp(): void;
}

/** Sets up OpenTelemetry. Loading this file takes a quarter of a second: import it when needed. */
export function openMeter(service: string, settings: TelemetrySettings, log: ExportLog): OpenMeter {
  const page = new PageReader();
  const exporter = settings.export && new SendingExporter(settings.export, log);
  const readers: MetricReader[] = [page];
  if (exporter && settings.export) {
    readers.push(
      new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: settings.export.intervalMs }),
    );
  }
  const provider = new MeterProvider({ resource: resourceOf(service, settings), readers });
  return {
    meter: provider.getMeter('proctor'),
    prometheusText: () => page.text(),
    flushAndClose: () => provider.shutdown().catch((error: unknown) => log.failed(error)),
    giveUp: () => exporter?.giveUp(),
  };
}

function resourceOf(service: string, { serviceName, resourceAttributes }: TelemetrySettings) {
  return defaultResource().merge(
    resourceFromAttributes({
      'service.instance.id': randomUUID(),
      'proctor.process': service,
      ...resourceAttributes,
      'service.name': serviceName ?? `proctor-${service}`,
    }),
  );
}

/** Collects the current values on demand. */
class PageReader extends MetricReader {
  // No resource on the page: Prometheus labels the target, and the names might collide.
  private readonly serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  private readonly making = new SingleFlight<string>();

  constructor() {
    super({
      aggregationTemporalitySelector: (type) => chooseTemporality(type, AggregationTemporality.CUMULATIVE),
    });
  }

  /** Concurrent callers share one rendering. */
  text(): Promise<string> {
    return this.making.run(() => this.make());
  }

  private async make(): Promise<string> {
    const { resourceMetrics } = await this.collect({ timeoutMillis: COLLECT_TIMEOUT_MS });
    // Removes lines of a later format, with OpenTelemetry's own unit names.
    return this.serializer.serialize(resourceMetrics).replace(/^# UNIT .*\n/gm, '');
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}
