import { canExecute, type AppError, type User } from '@app/domain';
import { withTimeout } from '@app/timing';
import { AuthPlugin } from '../auth-plugin.js';
import { readUser, type ReadUser } from '../read-user.js';
import { unavailable } from '../unavailable.js';
import { describeThrown } from './describe-thrown.js';

const TIMEOUT_MS = 10_000;

/** The object that an operator's plugin exports, or that its class or function creates. */
export interface ForeignPlugin {
  auth(email: string | null, token: string): unknown;
  verify?: unknown;
}

/** Isolates Proctor from foreign code: validates every result and converts every error. */
export class CustomAuthPlugin extends AuthPlugin {
  constructor(
    private readonly name: string,
    private readonly foreign: ForeignPlugin,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {
    super();
  }

  override async auth(email: string | null, token: string): Promise<User | null> {
    // Read inside the call: a getter on the result is foreign code, too.
    const ask = async () => readAnswer(await this.foreign.auth(email, token));
    const read = await this.call('auth', ask, token);
    if (read === null) return null;
    if ('user' in read) return read.user;
    throw this.failed(`auth returned an invalid user: ${read.problem}`);
  }

  override async verify(user: User, requiredGroups: readonly string[]): Promise<boolean> {
    // Pass copies, so that a plugin cannot change the caller's identity.
    const asked = [{ ...user, groups: [...user.groups] }, [...requiredGroups]];
    // Looked up inside the call: it may be a getter.
    const ask = async (): Promise<unknown> => {
      const { verify } = this.foreign;
      return typeof verify === 'function'
        ? await Reflect.apply(verify, this.foreign, asked)
        : canExecute(user, requiredGroups);
    };
    const answer = await this.call('verify', ask);
    if (typeof answer === 'boolean') return answer;
    throw this.failed(`verify returned neither true nor false`);
  }

  private async call<T>(method: string, work: () => Promise<T>, secret = ''): Promise<T> {
    const answer = work().catch((err: unknown) => {
      throw this.failed(`${method} threw ${describeThrown(err, secret)}`);
    });
    return await withTimeout(answer, this.timeoutMs, () => {
      throw this.failed(`${method} did not return within ${this.timeoutMs / 1_000} s`);
    });
  }

  private failed(reason: string): AppError {
    return unavailable(this.name, reason);
  }
}

function readAnswer(answer: unknown): ReadUser | null {
  return answer === null || answer === undefined ? null : readUser(answer);
}
