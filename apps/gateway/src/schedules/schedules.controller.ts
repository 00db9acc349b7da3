import { Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { MAX_EXECUTION_ID, SCHEDULE_TEXTS, type ReplyOf, type ScheduleReply } from '@app/contract';
import type { TicksStore } from '@app/database';
import type { Schedule } from '@app/domain';
import type { KnownGroups } from '../accounts/known-groups.js';
import { Call, type CallOf } from '../authentication/call.js';
import type { Caller } from '../authentication/caller.js';
import { Serves, ServesByHand } from '../http/serves.js';
import type { ChannelWarnings } from '../notifications/channel-warnings.js';
import type { CreateSchedule } from './create-schedule.js';
import type { FindSchedule } from './find-schedule.js';
import { listNextTimes } from './list-next-times.js';
import type { RemoveSchedule } from './remove-schedule.js';
import { toScheduleReply, toTickReply } from './to-reply.js';
import type { UpdateSchedule } from './update-schedule.js';

/** A larger schedule is returned alone. */
const MAX_LIST_BYTES = 4 * 1_048_576;

/** The year 9999, which fits every database column. */
const MAX_DATE_MS = Date.UTC(9999, 0);
export interface SchedulesControllerDependencies {
  createSchedule: CreateSchedule;
  findSchedule: FindSchedule;
  updateSchedule: UpdateSchedule;
  removeSchedule: RemoveSchedule;
  ticks: TicksStore;
  warnings: ChannelWarnings;
  groups: KnownGroups;
}

@Controller()
export class SchedulesController {
  constructor(private readonly dependencies: SchedulesControllerDependencies) {}

  @Serves('createSchedule')
  async create(@Call() { caller, body }: CallOf<'createSchedule'>): Promise<ReplyOf<'createSchedule'>> {
    return this.withWarnings(await this.dependencies.createSchedule.create(body, caller), caller);
  }

  /**
   * Answers 204 if there is no schedule: v2's clients do not handle an empty list. If an answer cannot hold all of them, its
   * `Link` header points to the next page, which starts after the last id.
   */
  @ServesByHand('listSchedules')
  async list(@Call() { caller, query }: CallOf<'listSchedules'>, @Res() reply: FastifyReply): Promise<void> {
    const { all, limit, cursor } = query;
    const after = cursor === undefined ? null : Math.min(Number(cursor), MAX_EXECUTION_ID);
    const body: ReplyOf<'listSchedules'> = [];
    let bytes = 0;
    let isCut = false;
    for await (const schedule of this.dependencies.findSchedule.listFor(caller, {
      all,
      after,
      limit: limit + 1,
    })) {
      const one = toScheduleReply(schedule);
      bytes += Buffer.byteLength(JSON.stringify(one));
      isCut = body.length === limit || (bytes > MAX_LIST_BYTES && body.length > 0);
      if (isCut) break;
      body.push(one);
    }
    const last = body.at(-1);
    if (!last) {
      void reply.code(204).send();
      return;
    }
    if (isCut) {
      const next = `/schedule?${all ? 'all=true&' : ''}limit=${limit}&cursor=${last.id}`;
      void reply.header('link', `<${next}>; rel="next"`);
    }
    void reply.code(200).send(body);
  }

  @Serves('getSchedule')
  async get(@Call() { caller, params }: CallOf<'getSchedule'>): Promise<ReplyOf<'getSchedule'>> {
    return toScheduleReply(await this.dependencies.findSchedule.find(params.id, caller));
  }

  @Serves('getScheduleNext')
  async next(
    @Call() { caller, params, query }: CallOf<'getScheduleNext'>,
  ): Promise<ReplyOf<'getScheduleNext'>> {
    const schedule = await this.dependencies.findSchedule.find(params.id, caller);
    const times = await listNextTimes(schedule, new Date(), query.count);
    return { timeZone: schedule.timeZone, times: times.map((time) => time.toISOString()) };
  }

  @Serves('getScheduleHistory')
  async history(
    @Call() { caller, params, query }: CallOf<'getScheduleHistory'>,
  ): Promise<ReplyOf<'getScheduleHistory'>> {
    const { limit, cursor } = query;
    const schedule = await this.dependencies.findSchedule.find(params.id, caller);
    const before = cursor === undefined ? null : new Date(Math.min(Number(cursor), MAX_DATE_MS));
    const ticks = await this.dependencies.ticks.list(schedule.id, { before, limit });
    const last = ticks.length === limit ? ticks.at(-1) : undefined;
    return { ticks: ticks.map(toTickReply), ...(last && { next: String(last.fireAt.getTime()) }) };
  }

  @Serves('updateSchedule')
  async update(
    @Call() { caller, params, body }: CallOf<'updateSchedule'>,
  ): Promise<ReplyOf<'updateSchedule'>> {
    const updated = await this.dependencies.updateSchedule.update(params.id, body, caller);
    return this.withWarnings(updated, body.group === undefined ? null : caller);
  }

  @Serves('removeSchedule')
  async remove(@Call() { caller, params }: CallOf<'removeSchedule'>): Promise<ReplyOf<'removeSchedule'>> {
    await this.dependencies.removeSchedule.remove(params.id, caller);
    return SCHEDULE_TEXTS.deleted;
  }

  /** @param chooser who named the group; null: it stayed */
  private async withWarnings(schedule: Schedule, chooser: Caller | null): Promise<ScheduleReply> {
    const { enabled, notificationEmails, notifyOn } = schedule;
    const needsMail = enabled && notificationEmails.length > 0 && notifyOn.length > 0;
    const mail = needsMail ? await this.dependencies.warnings.of('mail') : {};
    const unknown = await this.dependencies.groups.describeUnknown(
      chooser ? [schedule.group] : [],
      chooser?.isAdmin ?? false,
    );
    const warnings = [...unknown.values(), ...(mail.warnings ?? [])];
    return { ...toScheduleReply(schedule), ...(warnings.length > 0 && { warnings }) };
  }
}
