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

/** The columns of `schedule` that firing needs, as `to_json` returns them: instants are strings. */
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
  blackouts: StoredBlackout[];
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
    blackouts: row.blackouts.map(fromStored),
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
    blackouts: (row.blackouts as unknown as StoredBlackout[]).map(fromStored),
    notifyOn: row.notifyOn as NotifyEvent[],
  };
}

/** A blackout as stored in JSON: instants are ISO strings. */
type StoredBlackout = Extract<Blackout, { kind: 'weekly' }> | { kind: 'once'; from: string; until: string };

export function storedBlackout(blackout: Blackout) {
  return blackout.kind === 'once'
    ? { kind: blackout.kind, from: blackout.from.toISOString(), until: blackout.until.toISOString() }
    : { ...blackout, days: [...blackout.days] };
}

function fromStored(stored: StoredBlackout): Blackout {
  return stored.kind === 'once'
    ? { ...stored, from: new Date(stored.from), until: new Date(stored.until) }
    : stored;
}
