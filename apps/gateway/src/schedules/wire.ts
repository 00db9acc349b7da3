import { nextFireAt } from '@app/cron';
import { SchedulesStore, TicksStore, type Database, type ProcsStore } from '@app/database';
import type { SignalSender } from '@app/queue';
import type { KnownGroups } from '../accounts/known-groups.js';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Access } from '../authentication/access.js';
import type { GatewaySettings } from '../env.js';
import type { ChannelWarnings } from '../notifications/channel-warnings.js';
import type { FindProc } from '../procs/find-proc.js';
import type { PrepareArgs } from '../procs/prepare-args.js';
import { ScheduleArgsHash } from './args-hash.js';
import { CreateSchedule } from './create-schedule.js';
import { FindSchedule } from './find-schedule.js';
import { RemoveSchedule } from './remove-schedule.js';
import { SchedulesController } from './schedules.controller.js';
import { UpdateSchedule } from './update-schedule.js';

export interface SchedulesDependencies {
  settings: Pick<GatewaySettings, 'secretKeys' | 'schedulesPerOwner' | 'userShare' | 'mailRules'>;
  database: Database;
  procsStore: ProcsStore;
  findProc: FindProc;
  prepareArgs: PrepareArgs;
  access: Access;
  groups: KnownGroups;
  audit: AuditTrail;
  signals: SignalSender;
  warnings: ChannelWarnings;
}

export function wireSchedules({
  settings: { secretKeys, schedulesPerOwner: maxPerOwner, userShare, mailRules },
  database,
  procsStore,
  findProc,
  prepareArgs,
  access,
  groups,
  audit,
  signals,
  warnings,
}: SchedulesDependencies) {
  const schedules = new SchedulesStore(database, { nextFireAt, maxPerOwner, userShare });
  const findSchedule = new FindSchedule(schedules, procsStore, findProc, access);
  const argsHash = new ScheduleArgsHash(secretKeys);
  const change = { schedules, findSchedule, prepareArgs, argsHash, audit, signals, maxPerOwner, mailRules };
  const controller = new SchedulesController({
    createSchedule: new CreateSchedule(change),
    findSchedule,
    updateSchedule: new UpdateSchedule({ ...change, findProc, access }),
    removeSchedule: new RemoveSchedule(schedules, findSchedule, audit),
    ticks: new TicksStore(database),
    warnings,
    groups,
  });
  return { controllers: [controller] };
}
