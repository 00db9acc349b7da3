import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import type { AggregationTemporality, InstrumentType } from '@opentelemetry/sdk-metrics';
import { chooseTemporality } from './choose-temporality.js';
import type { ExportLog } from './export-log.js';
import type { TelemetryExport, Temporality } from './telemetry-vars.js';

type ExporterOptions = NonNullable<ConstructorParameters<typeof OTLPMetricExporter>[0]>;

/** The numbers of `AggregationTemporalityPreference`, whose package is not a dependency. */
const PREFERENCES = { delta: 0, cumulative: 1, lowmemory: 2 } as const satisfies Record<Temporality, number>;

const MAX_SEND_MS = 10_000;

/** Sends metrics to a collector, with some retries within `MAX_SEND_MS`, and logs the result. */
export class SendingExporter extends OTLPMetricExporter {
  private isClosed = false;

  constructor(
    settings: TelemetryExport,
    private readonly log: ExportLog,
  ) {
    super({
      url: settings.url,
      timeoutMillis: Math.min(MAX_SEND_MS, settings.intervalMs),
      temporalityPreference: PREFERENCES[settings.temporality] as ExporterOptions['temporalityPreference'],
      // Called before each attempt.
      headers: async () => {
        if (this.isClosed) throw new Error('closed');
        return { ...settings.headers };
      },
    });
  }

  override export(...[metrics, done]: Parameters<OTLPMetricExporter['export']>): void {
    super.export(metrics, (result) => {
      if (result.error) this.log.failed(result.error);
      else this.log.succeeded();
      done(result);
    });
  }

  override selectAggregationTemporality(type: InstrumentType): AggregationTemporality {
    return chooseTemporality(type, super.selectAggregationTemporality(type));
  }

  /** Stops retrying, including the request in flight. */
  giveUp(): void {
    this.isClosed = true;
  }
}
