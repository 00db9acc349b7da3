import { AggregationTemporality, InstrumentType } from '@opentelemetry/sdk-metrics';

/**
 * `preferred`, but for observed gauges, where the choice changes nothing that a reader sees except this: a series
 * that is not observed any more (a dependency that can't be asked) is gone, and not told with its last value for ever.
 */
export function chooseTemporality(
  type: InstrumentType,
  preferred: AggregationTemporality,
): AggregationTemporality {
  return type === InstrumentType.OBSERVABLE_GAUGE ? AggregationTemporality.DELTA : preferred;
}
