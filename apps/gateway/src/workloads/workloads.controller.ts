import { Controller } from '@nestjs/common';
import type { ReplyOf, WorkloadReply } from '@app/contract';
import type { WorkloadRecord, WorkloadsStore } from '@app/database';
import { Call, type CallOf } from '../authentication/call.js';
import { isWorking, type People } from '../authentication/working-rule.js';
import { Serves } from '../http/serves.js';
import { noWorkload, type ChangeWorkloads } from './change-workloads.js';

@Controller()
export class WorkloadsController {
  constructor(
    private readonly workloads: Pick<WorkloadsStore, 'list' | 'find'>,
    private readonly changeWorkloads: ChangeWorkloads,
    private readonly people: People,
  ) {}

  @Serves('listWorkloads')
  async list(): Promise<ReplyOf<'listWorkloads'>> {
    return (await this.workloads.list()).map((rule) => this.toReply(rule));
  }

  @Serves('createWorkload')
  async create(@Call() { caller, body }: CallOf<'createWorkload'>): Promise<ReplyOf<'createWorkload'>> {
    return this.toReply(await this.changeWorkloads.create(body, caller));
  }

  @Serves('getWorkload')
  async get(@Call() { params }: CallOf<'getWorkload'>): Promise<ReplyOf<'getWorkload'>> {
    const found = await this.workloads.find(params.name);
    if (!found) throw noWorkload(params.name);
    return this.toReply(found);
  }

  @Serves('removeWorkload')
  async remove(@Call() { caller, params }: CallOf<'removeWorkload'>): Promise<void> {
    await this.changeWorkloads.remove(params.name, caller);
  }

  private toReply(rule: WorkloadRecord): WorkloadReply {
    const { name, issuer, audience, subject, claims, account, scope, parentId } = rule;
    return {
      ...{ name, issuer, audience, subject, claims: { ...claims }, account: account.email },
      scope: scope.level,
      ...(scope.procs && { procs: [...scope.procs] }),
      active: account.active && isWorking(rule, this.people),
      created_at: rule.createdAt.toISOString(),
      created_by: rule.createdBy,
      ...(parentId !== null && { parent: parentId }),
    };
  }
}
