import type {
  Blackout,
  MisfirePolicy,
  NotifyEvent,
  OverlapPolicy,
  Schedule,
  SchedulePolicies,
} from '@app/domain';
import type { Schedule as ScheduleRow } from '../generated/client.js';
import type { FiringSchedule } from './schedules-due.js';
import { namesOfSealed, type SealedArgs } from '../executions/sealed-args.js';

export function toSchedule(row: ScheduleRow): Schedule {
  return {
    id: Number(row.id),
    procName: row.procName,
    args: row.args as Record<string, string>,
    secretArgNames: namesOfSealed(row.secretArgs as SealedArgs | null),
    tags: row.tags,
    cron: row.cron,
    at: row.at,
    ...policiesOf(row),
    notificationEmails: row.notificationEmails,
    userEmail: row.userEmail,
    group: row.groupName,
    enabled: row.enabled,
    pausedReason: row.pausedReason,
    nextFireAt: row.nextFireAt,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

/** What firing needs of a row of `schedule`, as `to_json` gives it: instants are texts. */
export interface JsonFiringSchedule {
  id: number;
  proc_name: string;
  args: Record<string, string>;
  secret_args: SealedArgs | null;
  cron: string;
  at: string | null;
  time_zone: string;
  overlap: OverlapPolicy;
  misfire: MisfirePolicy;
  misfire_grace_seconds: number;
  blackouts: KeptBlackout[];
  user_email: string;
  next_fire_at: string | null;
}

export function firingFromJson(row: JsonFiringSchedule): FiringSchedule {
  return {
    id: row.id,
    procName: row.proc_name,
    args: row.args,
    secretArgNames: namesOfSealed(row.secret_args),
    cron: row.cron,
    at: row.at === null ? null : new Date(row.at),
    timeZone: row.time_zone,
    overlap: row.overlap,
    misfire: row.misfire,
    misfireGraceSeconds: row.misfire_grace_seconds,
    blackouts: row.blackouts.map(fromKept),
    userEmail: row.user_email,
    nextFireAt: row.next_fire_at === null ? null : new Date(row.next_fire_at),
  };
}

function policiesOf(row: ScheduleRow): SchedulePolicies {
  return {
    timeZone: row.timeZone,
    overlap: row.overlap as OverlapPolicy,
    misfire: row.misfire as MisfirePolicy,
    misfireGraceSeconds: row.misfireGraceSeconds,
    blackouts: (row.blackouts as unknown as KeptBlackout[]).map(fromKept),
    notifyOn: row.notifyOn as NotifyEvent[],
  };
}

/** A blackout as JSON keeps it: instants are ISO texts. */
type KeptBlackout = Extract<Blackout, { kind: 'weekly' }> | { kind: 'once'; from: string; until: string };

export function keepBlackout(blackout: Blackout) {
  return blackout.kind === 'once'
    ? { kind: blackout.kind, from: blackout.from.toISOString(), until: blackout.until.toISOString() }
    : { ...blackout, days: [...blackout.days] };
}

function fromKept(kept: KeptBlackout): Blackout {
  return kept.kind === 'once' ? { ...kept, from: new Date(kept.from), until: new Date(kept.until) } : kept;
}
