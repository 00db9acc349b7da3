import type { Counter, Histogram, Telemetry } from '@app/platform';
import { statusClassOf, type RequestLabels } from './request-labels.js';

const DURATION_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The gateway's counters and histograms. */
export class GatewayMetrics {
  private readonly requests: Counter;
  private readonly requestSeconds: Histogram;
  private readonly accepted: Counter;
  private readonly failedLogins: Counter;

  constructor(private readonly telemetry: Telemetry) {
    const { meter } = telemetry;
    this.requests = meter.createCounter('proctor_http_requests_total', {
      description:
        'Completed requests. Status 499: the client disconnected before the answer; 101: a WebSocket.',
    });
    this.requestSeconds = meter.createHistogram('proctor_http_request_duration_seconds', {
      description: 'Time from a request to the start of its answer, without log streams.',
      unit: 's',
      advice: { explicitBucketBoundaries: DURATION_BUCKETS_SECONDS },
    });
    this.accepted = meter.createCounter('proctor_executions_accepted_total', {
      description: 'Executions accepted by this gateway.',
    });
    this.failedLogins = meter.createCounter('proctor_failed_logins_total', {
      description: 'Requests refused because their credentials are missing or wrong.',
    });
    // Exported from the start, so that the first event is an increase from 0.
    this.accepted.add(0);
    this.failedLogins.add(0);
  }

  countRequest(labels: RequestLabels, status: number): void {
    this.requests.add(1, { ...labels, status: String(status) });
    if (status === 401) this.failedLogins.add(1);
  }

  recordDuration(labels: RequestLabels, status: number, seconds: number): void {
    this.requestSeconds.record(seconds, { ...labels, status_class: statusClassOf(status) });
  }

  countAcceptedExecution(): void {
    this.accepted.add(1);
  }

  /** This process's metrics in Prometheus text format. */
  page(): Promise<string> {
    return this.telemetry.prometheusText();
  }
}
