import type { DeliveriesStore } from '@app/database';
import type { Counter, Histogram, Meter } from '@app/platform';

const SECONDS_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The metrics of sending notifications. */
export class NotifierMetrics {
  private readonly attempts: Counter;
  private readonly seconds: Histogram;
  private readonly overQuota: Counter;

  constructor(meter: Meter, deliveries: Pick<DeliveriesStore, 'countPending'>) {
    this.attempts = meter.createCounter('proctor_delivery_attempts_total', {
      description:
        'Attempts to send a notification, by channel and outcome (sent, retry, waits, refused, given_back).',
    });
    this.seconds = meter.createHistogram('proctor_delivery_attempt_duration_seconds', {
      description: 'How long an attempt to send a notification took.',
      unit: 's',
      advice: { explicitBucketBoundaries: SECONDS_BUCKETS },
    });
    this.overQuota = meter.createCounter('proctor_mails_over_quota_total', {
      description: 'Emails that were not sent because their owner had used up the quota of 60 minutes.',
    });
    meter
      .createObservableGauge('proctor_deliveries_pending', {
        description:
          'Notifications of the installation that are not sent yet; every notifier reports the same value.',
      })
      .addCallback(async (result) => result.observe(await deliveries.countPending()));
  }

  countOverQuota(mails: number): void {
    this.overQuota.add(mails);
  }

  count(channel: string, outcome: string, seconds: number): void {
    this.attempts.add(1, { channel, outcome });
    this.seconds.record(seconds, { channel });
  }
}
