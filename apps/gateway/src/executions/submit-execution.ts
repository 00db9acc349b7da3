import type { BodyOf } from '@app/contract';
import { AppError, type Execution } from '@app/domain';
import type { Caller } from '../authentication/caller.js';
import type { FindProc } from '../procs/find-proc.js';
import type { AcceptExecution } from './accept-execution.js';
import type { Backlog } from './backlog.js';
import type { KeyedHash } from '../secrets/keyed-hash.js';
import { readIdempotencyKey } from './read-idempotency-key.js';

/** Accepts executions. */
export class SubmitExecution {
  constructor(
    private readonly procs: FindProc,
    private readonly backlog: Backlog,
    private readonly execution: AcceptExecution,
    private readonly bodyHash: KeyedHash,
  ) {}

  /**
   * Returns the accepted execution, or the existing one of the same Idempotency-Key.
   * @throws AppError if it is refused; nothing has changed then
   */
  async submit(body: BodyOf<'submitExecution'>, key: string | undefined, caller: Caller): Promise<Execution> {
    const scope = { identity: caller.user.email, route: 'POST /execution', request: body };
    const idempotency = readIdempotencyKey(key, scope, this.bodyHash);
    checkCallbackUrl(body.callback_url);
    await this.backlog.throwIfFull(caller.user.email, idempotency);
    return this.procs.withProc(body.name, caller, (registered) =>
      this.execution.accept(
        {
          registered,
          args: body.args,
          callbackUrl: body.callback_url ?? null,
          idempotency,
          origin: { kind: 'person' },
        },
        caller,
      ),
    );
  }
}

function checkCallbackUrl(text: string | undefined): void {
  if (text === undefined) return;
  const protocol = URL.canParse(text) ? new URL(text).protocol : null;
  if (protocol === 'http:' || protocol === 'https:') return;
  throw new AppError('malformed_request', 'callback_url must be an http or https URL.');
}
