import { ProcChangedError, type ProcsStore, type RegisteredProc } from '@app/database';
import {
  AppError,
  coversProc,
  describeScope,
  nearestWord,
  type ErrorCode,
  type Proc,
  type Scope,
} from '@app/domain';
import { BoundedMap } from '@app/timing';
import type { Access, Requester } from '../authentication/access.js';

const MAX_REMEMBERED = 1_000;
/** How often a proc is read again for one request because it changed meanwhile. */
const MAX_READS = 3;
/** Refusals that may be due to an earlier revision. */
const DEPEND_ON_PROC: ReadonlySet<ErrorCode> = new Set(['forbidden', 'invalid_args', 'not_found']);

/** Finds procs for users who may execute them. */
export class FindProc {
  /** As last read for `withProc`, by name. */
  private readonly remembered = new BoundedMap<string, RegisteredProc>({ maxSize: MAX_REMEMBERED });

  constructor(
    private readonly procs: Pick<ProcsStore, 'find' | 'list' | 'readFiles'>,
    private readonly access: Access,
  ) {}

  /** @throws AppError `not_found`, `forbidden` */
  async find(name: string, requester: Requester): Promise<RegisteredProc> {
    // First, so that a token that is limited to procs does not tell which other ones exist.
    throwUnlessCovered(name, requester.scope);
    const found = await this.procs.find(name);
    if (!found) throw await this.notFound(name, requester);
    await this.throwUnlessExecutable(found.proc, requester);
    return found;
  }

  /**
   * Runs `work` with a proc that the user may execute, which is not read for each call. `work` must do nothing but throw
   * ProcChangedError if the proc has changed, as `ExecutionsStore.submit` does; it is then run again with the current
   * one, as it is after a refusal. So what an administrator changes takes effect at once.
   * @throws AppError as `find` and `work` do; `unavailable` if the proc keeps changing
   */
  async withProc<T>(
    name: string,
    requester: Requester,
    work: (registered: RegisteredProc) => Promise<T>,
  ): Promise<T> {
    const remembered = this.remembered.use(name);
    if (remembered) {
      try {
        await this.throwUnlessExecutable(remembered.proc, requester);
        return await work(remembered);
      } catch (error) {
        if (!mayDependOnProc(error)) throw error;
      }
    }
    for (let reads = 0; reads < MAX_READS; reads += 1) {
      const current = await this.find(name, requester);
      this.remembered.set(name, current);
      try {
        return await work(current);
      } catch (error) {
        if (!(error instanceof ProcChangedError)) throw error;
      }
    }
    throw new AppError('unavailable', `The proc ${name} is being changed. Try again.`);
  }

  /** With the texts of its files. @throws AppError as `find` does */
  async findWhole(name: string, requester: Requester): Promise<RegisteredProc> {
    const found = await this.find(name, requester);
    const { pod } = found.proc;
    const files = await this.procs.readFiles(pod.files);
    return { ...found, proc: { ...found.proc, pod: { ...pod, files } } };
  }

  /** Suggests only a proc that the user may execute. */
  private async notFound(name: string, requester: Requester): Promise<AppError> {
    const nearest = nearestWord(
      name,
      (await this.listFor(requester)).map((proc) => proc.name),
    );
    return new AppError('not_found', `No such proc: ${name}.`, {
      ...(nearest !== null && { hint: `Did you mean ${nearest}?` }),
    });
  }

  /** @throws AppError `forbidden` */
  async throwUnlessExecutable({ name, authorizedGroups }: Proc, requester: Requester): Promise<void> {
    throwUnlessCovered(name, requester.scope);
    if (await this.access.mayExecute(requester, { name, authorizedGroups })) return;
    const groups = authorizedGroups.join(', ');
    throw new AppError(
      'forbidden',
      `You may not execute ${name}. It requires membership of all these groups: ${groups}.`,
    );
  }

  /** All procs that the user may execute, by name. */
  async listFor(requester: Requester): Promise<Proc[]> {
    // Many procs require the same groups, and a plugin may have to call another server.
    const answers = new Map<string, Promise<boolean>>();
    const mayExecute = (proc: Proc) => {
      const key = JSON.stringify(proc.authorizedGroups);
      const answer = answers.get(key) ?? this.access.mayExecute(requester, proc);
      answers.set(key, answer);
      return answer;
    };
    const procs = (await this.procs.list()).filter(({ name }) => coversProc(requester.scope, name));
    const isListed = await Promise.all(procs.map(mayExecute));
    return procs.filter((_, index) => isListed[index]);
  }
}

function mayDependOnProc(error: unknown): boolean {
  return error instanceof ProcChangedError || (error instanceof AppError && DEPEND_ON_PROC.has(error.code));
}

/** @throws AppError `forbidden` */
function throwUnlessCovered(name: string, scope: Scope): void {
  if (coversProc(scope, name)) return;
  throw new AppError(
    'forbidden',
    `Your token may not be used for ${name.slice(0, 100)}: it has the scope ${describeScope(scope)}.`,
    { hint: 'Use another token, or create one: `proctor token create --scope execute --proc NAME`.' },
  );
}
