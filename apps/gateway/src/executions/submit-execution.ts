import { idempotencyKey, type BodyOf } from '@app/contract';
import {
  snapshotOf,
  type ExecutionsStore,
  type IdempotencyKey,
  type ProcsStore,
  type RegisteredProc,
} from '@app/database';
import { AppError, canExecute, checkArgs, type Execution } from '@app/domain';
import type { AuditTrail } from '../http/audit-trail.js';
import type { Caller } from '../http/caller.js';
import type { Backlog } from './backlog.js';
import type { EnqueueExecutions } from './enqueue-executions.js';
import { hashBody } from './hash-body.js';

type Body = BodyOf<'submitExecution'>;

/** Accepts executions. */
export class SubmitExecution {
  constructor(
    private readonly executions: ExecutionsStore,
    private readonly procs: ProcsStore,
    private readonly backlog: Backlog,
    private readonly queue: EnqueueExecutions,
    private readonly audit: AuditTrail,
  ) {}

  /**
   * The accepted execution; with the same Idempotency-Key again the same one.
   * @throws AppError whose code says why it is refused; then nothing has changed
   */
  async submit(body: Body, key: string | undefined, caller: Caller): Promise<Execution> {
    const idempotency = readKey(key, body, caller);
    checkCallbackUrl(body.callback_url);
    this.backlog.throwIfFull();
    const { proc, revision } = await this.findFor(caller, body.name);
    const problems = checkArgs(proc, body.args);
    if (problems.length > 0) {
      throw new AppError('invalid_args', `These args do not fit ${proc.name}`, { details: problems });
    }
    const { execution, isNew, isAdmitted } = await this.executions.submit({
      proc: {
        name: proc.name,
        revision,
        imageName: proc.imageName,
        concurrency: proc.concurrency,
        snapshot: snapshotOf(proc),
      },
      args: body.args,
      userEmail: caller.user.email,
      remoteAddress: caller.address,
      callbackUrl: body.callback_url ?? null,
      idempotency,
    });
    if (isAdmitted) await this.queue.enqueue([execution.id]);
    if (isNew) this.noteSubmission(execution, caller);
    return execution;
  }

  private async findFor({ user, isAdmin }: Caller, name: string): Promise<RegisteredProc> {
    const found = await this.procs.find(name);
    if (!found) throw new AppError('not_found', `There is no proc ${name}.`);
    if (canExecute(user, found.proc.authorizedGroups) || isAdmin) return found;
    const groups = found.proc.authorizedGroups.join(', ');
    throw new AppError('forbidden', `To execute ${name} you have to be in all of these groups: ${groups}.`);
  }

  private noteSubmission({ id, procName }: Execution, { user, address }: Caller): void {
    this.audit.note({
      actor: user.email,
      action: 'submitExecution',
      subject: String(id),
      allowed: true,
      address,
      details: { proc: procName },
    });
  }
}

function readKey(text: string | undefined, body: Body, { user }: Caller): IdempotencyKey | null {
  if (text === undefined) return null;
  const key = idempotencyKey.safeParse(text);
  if (!key.success) {
    throw new AppError('malformed_request', key.error.issues.map(({ message }) => message).join('; '));
  }
  return { identity: user.email, route: 'POST /execution', key: key.data, bodyHash: hashBody(body) };
}

function checkCallbackUrl(text: string | undefined): void {
  if (text === undefined) return;
  const protocol = URL.canParse(text) ? new URL(text).protocol : null;
  if (protocol === 'http:' || protocol === 'https:') return;
  throw new AppError('malformed_request', 'callback_url must be an http or https URL.');
}
