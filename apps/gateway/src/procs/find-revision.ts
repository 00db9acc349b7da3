import type { ProcRevision, ProcsStore } from '@app/database';
import { AppError } from '@app/domain';
import type { Requester } from '../authentication/access.js';
import type { FindProc } from './find-proc.js';

/** Finds what procs were, for users who may execute them as they are now. */
export class FindRevision {
  constructor(
    private readonly procs: Pick<FindProc, 'find'>,
    private readonly store: Pick<ProcsStore, 'listRevisions' | 'findRevision' | 'readFiles'>,
  ) {}

  /** Newest first: at most `limit`, older than `before`. @throws AppError as `FindProc.find` does */
  async list(
    name: string,
    requester: Requester,
    { before, limit }: { before: number | null; limit: number },
  ): Promise<ProcRevision[]> {
    await this.procs.find(name, requester);
    return await this.store.listRevisions(name, before, limit);
  }

  /** With the texts of its files. @throws AppError as `FindProc.find` does, and `not_found` */
  async find(name: string, revision: number, requester: Requester): Promise<ProcRevision> {
    const current = await this.procs.find(name, requester);
    const found = await this.store.findRevision(name, revision);
    if (!found) {
      throw new AppError('not_found', `${name} has no revision ${revision}.`, {
        hint: `Its current revision is ${current.revision}. See \`proctor procs history ${name}\`.`,
      });
    }
    const { pod } = found.proc;
    const files = await this.store.readFiles(pod.files);
    return { ...found, proc: { ...found.proc, pod: { ...pod, files } } };
  }
}
