/** Fires repeatedly, by the wall clock of a time zone. */
export interface CronTiming {
  /** Five fields, six with seconds first, or a name such as `@daily`. */
  cron: string;
  /** An IANA time zone, such as `Europe/Berlin` or `UTC`. */
  timeZone: string;
}

/** Fires once. */
export interface OneShotTiming {
  at: Date;
}

/** When a schedule fires. */
export type ScheduleTiming = CronTiming | OneShotTiming;

export function isOneShot(timing: ScheduleTiming): timing is OneShotTiming {
  return 'at' in timing;
}
