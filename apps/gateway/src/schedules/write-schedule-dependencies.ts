import type { SignalSender } from '@app/queue';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { PrepareArgs } from '../procs/prepare-args.js';
import type { ScheduleArgsHash } from './args-hash.js';
import type { MailRules } from './check-mail.js';
import type { FindSchedule } from './find-schedule.js';

/** What both creating and changing a schedule need. */
export interface WriteScheduleDependencies {
  findSchedule: FindSchedule;
  prepareArgs: PrepareArgs;
  argsHash: ScheduleArgsHash;
  audit: AuditTrail;
  mailRules: MailRules;
  signals: Pick<SignalSender, 'send'>;
  /** How many schedules one owner may have. */
  maxPerOwner: number;
}
