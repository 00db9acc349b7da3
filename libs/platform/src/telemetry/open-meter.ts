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

/** What one look at all metrics may take; what is slower is left out. */
const COLLECT_TIMEOUT_MS = 3_000;

export interface OpenMeter {
  meter: Meter;
  prometheusText(): Promise<string>;
  /** Sends what was measured since the last time. Does not throw; takes as long as the collector. */
  flushAndClose(): Promise<void>;
  /** Ends attempts that are still going on. */
  giveUp(): void;
}

/** OpenTelemetry's machinery. Loading this file takes a quarter of a second: import it when it is needed. */
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

/** Gives the present state when it is asked for. */
class PageReader extends MetricReader {
  // No resource on the page: whoever scrapes labels the target, and its names might collide.
  private readonly serializer = new PrometheusSerializer(undefined, false, undefined, true, true);
  private readonly making = new SingleFlight<string>();

  constructor() {
    super({
      aggregationTemporalitySelector: (type) => chooseTemporality(type, AggregationTemporality.CUMULATIVE),
    });
  }

  /** Who asks while the page is being made gets the same one. */
  text(): Promise<string> {
    return this.making.run(() => this.make());
  }

  private async make(): Promise<string> {
    const { resourceMetrics } = await this.collect({ timeoutMillis: COLLECT_TIMEOUT_MS });
    // Lines of a later format, with OpenTelemetry's own names of units.
    return this.serializer.serialize(resourceMetrics).replace(/^# UNIT .*\n/gm, '');
  }

  protected override async onForceFlush(): Promise<void> {}

  protected override async onShutdown(): Promise<void> {}
}
