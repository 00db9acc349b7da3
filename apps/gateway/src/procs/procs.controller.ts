import { Controller } from '@nestjs/common';
import { metadataFromProc, type ReplyOf } from '@app/contract';
import type { ProcRevision } from '@app/database';
import { Call, type CallOf } from '../authentication/call.js';
import { CurrentCaller, type Caller } from '../authentication/caller.js';
import { Serves } from '../http/serves.js';
import type { CheckJobs } from './check-jobs.js';
import type { FindProc } from './find-proc.js';
import type { FindRevision } from './find-revision.js';
import type { RegisterProcs } from './register-procs.js';
import type { RemoveProc } from './remove-proc.js';

@Controller()
export class ProcsController {
  constructor(
    private readonly procs: FindProc,
    private readonly revisions: FindRevision,
    private readonly registerProcs: RegisterProcs,
    private readonly removeProc: RemoveProc,
    private readonly checkJobs: CheckJobs,
  ) {}

  @Serves('listProcs')
  async list(@CurrentCaller() caller: Caller): Promise<ReplyOf<'listProcs'>> {
    return (await this.procs.listFor(caller)).map(metadataFromProc);
  }

  @Serves('registerProcs')
  async register(@Call() { caller, body }: CallOf<'registerProcs'>): Promise<void> {
    await this.registerProcs.register(body, caller);
  }

  @Serves('checkProcs')
  async check(@Call() { query, body }: CallOf<'checkProcs'>): Promise<ReplyOf<'checkProcs'>> {
    const { procs, warnings } = await this.registerProcs.check(body);
    return { warnings, ...(query.cluster && { jobs: await this.checkJobs.check(procs) }) };
  }

  @Serves('getProc')
  async get(@Call() { caller, params }: CallOf<'getProc'>): Promise<ReplyOf<'getProc'>> {
    const { proc, revision, createdAt, updatedAt } = await this.procs.findWhole(params.name, caller);
    return {
      ...metadataFromProc(proc),
      revision,
      created_at: createdAt.toISOString(),
      updated_at: updatedAt.toISOString(),
    };
  }

  @Serves('listProcRevisions')
  async listRevisions(
    @Call() { caller, params, query }: CallOf<'listProcRevisions'>,
  ): Promise<ReplyOf<'listProcRevisions'>> {
    const { cursor = null, limit } = query;
    const found = await this.revisions.list(params.name, caller, { before: cursor, limit: limit + 1 });
    const page = found.slice(0, limit);
    const revisions = page.map((one) => ({ ...changeOf(one), image_name: one.proc.imageName }));
    return { revisions, ...(found.length > limit && { next: String(page.at(-1)!.revision) }) };
  }

  @Serves('getProcRevision')
  async getRevision(
    @Call() { caller, params }: CallOf<'getProcRevision'>,
  ): Promise<ReplyOf<'getProcRevision'>> {
    const found = await this.revisions.find(params.name, params.n, caller);
    return { ...metadataFromProc(found.proc), ...changeOf(found) };
  }

  @Serves('removeProc')
  async remove(@Call() { caller, params }: CallOf<'removeProc'>): Promise<void> {
    await this.removeProc.remove(params.name, caller);
  }
}

function changeOf({ revision, changedBy, changedAt }: ProcRevision) {
  return {
    revision,
    ...(changedBy !== null && { changed_by: changedBy }),
    changed_at: changedAt.toISOString(),
  };
}
