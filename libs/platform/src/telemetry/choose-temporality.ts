import { AggregationTemporality, InstrumentType } from '@opentelemetry/sdk-metrics';

/**
 * Returns `preferred`, except for observable gauges, which are always delta. Readers see the same values, but a series that
 * is no longer observed (such as an unreachable dependency) disappears instead of repeating its last value forever.
 */
export function chooseTemporality(
  type: InstrumentType,
  preferred: AggregationTemporality,
): AggregationTemporality {
  return type === InstrumentType.OBSERVABLE_GAUGE ? AggregationTemporality.DELTA : preferred;
}
