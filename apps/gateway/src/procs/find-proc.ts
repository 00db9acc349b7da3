import type { ProcsStore, RegisteredProc } from '@app/database';
import { AppError, type Proc } from '@app/domain';
import type { Access, Asker } from '../authentication/access.js';

/** Finds procs for users who may execute them. */
export class FindProc {
  constructor(
    private readonly procs: Pick<ProcsStore, 'find' | 'list'>,
    private readonly access: Access,
  ) {}

  /** @throws AppError `not_found`, `forbidden` */
  async find(name: string, asker: Asker): Promise<RegisteredProc> {
    const found = await this.procs.find(name);
    if (!found) throw new AppError('not_found', `No such proc: ${name}.`);
    await this.throwUnlessExecutable(found.proc, asker);
    return found;
  }

  /** @throws AppError `forbidden` */
  async throwUnlessExecutable({ name, authorizedGroups }: Proc, asker: Asker): Promise<void> {
    if (await this.access.mayExecute(asker, authorizedGroups)) return;
    const groups = authorizedGroups.join(', ');
    throw new AppError(
      'forbidden',
      `You may not execute ${name}. It requires membership of all these groups: ${groups}.`,
    );
  }

  /** All procs that the user may execute, by name. */
  async listFor(asker: Asker): Promise<Proc[]> {
    // Many procs require the same groups, and a plugin may have to call another server.
    const answers = new Map<string, Promise<boolean>>();
    const mayExecute = (groups: readonly string[]) => {
      const key = JSON.stringify(groups);
      const answer = answers.get(key) ?? this.access.mayExecute(asker, groups);
      answers.set(key, answer);
      return answer;
    };
    const procs = await this.procs.list();
    const isListed = await Promise.all(procs.map(({ authorizedGroups }) => mayExecute(authorizedGroups)));
    return procs.filter((_, index) => isListed[index]);
  }
}
