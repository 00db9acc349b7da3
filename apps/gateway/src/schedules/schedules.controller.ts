import { Controller, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { SCHEDULE_TEXTS, type BodyOf, type ParamsOf, type ReplyOf } from '@app/contract';
import { CurrentCaller, type Caller } from '../http/caller.js';
import { ParsedBody, ParsedParams } from '../http/parse-request.js';
import { Serves, ServesByHand } from '../http/serves.js';
import { CreateSchedule } from './create-schedule.js';
import { FindSchedule } from './find-schedule.js';
import { RemoveSchedule } from './remove-schedule.js';
import { toScheduleReply } from './to-reply.js';
import { UpdateSchedule } from './update-schedule.js';

@Controller()
export class SchedulesController {
  constructor(
    private readonly createSchedule: CreateSchedule,
    private readonly findSchedule: FindSchedule,
    private readonly updateSchedule: UpdateSchedule,
    private readonly removeSchedule: RemoveSchedule,
  ) {}

  @Serves('createSchedule')
  async create(
    @CurrentCaller() caller: Caller,
    @ParsedBody() body: BodyOf<'createSchedule'>,
  ): Promise<ReplyOf<'createSchedule'>> {
    return toScheduleReply(await this.createSchedule.create(body, caller));
  }

  /** v2's clients take 204 for "there is none", and an empty list for nothing at all. */
  @ServesByHand('listSchedules')
  async list(@CurrentCaller() caller: Caller, @Res() reply: FastifyReply): Promise<void> {
    const schedules = await this.findSchedule.listFor(caller);
    const body: ReplyOf<'listSchedules'> = schedules.map(toScheduleReply);
    if (body.length === 0) void reply.code(204).send();
    else void reply.code(200).send(body);
  }

  @Serves('getSchedule')
  async get(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { id }: ParamsOf<'getSchedule'>,
  ): Promise<ReplyOf<'getSchedule'>> {
    return toScheduleReply(await this.findSchedule.find(id, caller));
  }

  @Serves('updateSchedule')
  async update(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { id }: ParamsOf<'updateSchedule'>,
    @ParsedBody() body: BodyOf<'updateSchedule'>,
  ): Promise<ReplyOf<'updateSchedule'>> {
    return toScheduleReply(await this.updateSchedule.update(id, body, caller));
  }

  @Serves('removeSchedule')
  async remove(
    @CurrentCaller() caller: Caller,
    @ParsedParams() { id }: ParamsOf<'removeSchedule'>,
  ): Promise<ReplyOf<'removeSchedule'>> {
    await this.removeSchedule.remove(id, caller);
    return SCHEDULE_TEXTS.deleted;
  }
}
