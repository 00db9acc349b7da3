import { canExecute, type AppError, type User } from '@app/domain';
import { AuthPlugin } from '../auth-plugin.js';
import { readUser, type ReadUser } from '../read-user.js';
import { unavailable } from '../unavailable.js';
import { withinTime } from '../within-time.js';
import { describeThrown } from './describe-thrown.js';

const TIMEOUT_MS = 10_000;

/** What an operator's plugin exports, or what its class or function makes. */
export interface ForeignPlugin {
  auth(email: string | null, token: string): unknown;
  verify?: unknown;
}

/** Stands between Proctor and code that is not ours: checks each answer, and lets nothing but answers through. */
export class CustomAuthPlugin extends AuthPlugin {
  constructor(
    private readonly name: string,
    private readonly foreign: ForeignPlugin,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {
    super();
  }

  override async auth(email: string | null, token: string): Promise<User | null> {
    // Read within the call: a getter of the answer is foreign code too.
    const ask = async () => readAnswer(await this.foreign.auth(email, token));
    const read = await this.call('auth', ask, token);
    if (read === null) return null;
    if ('user' in read) return read.user;
    throw this.failed(`auth gave a user that can't be used: ${read.problem}`);
  }

  override async verify(user: User, requiredGroups: readonly string[]): Promise<boolean> {
    // Copies: what a plugin does to them must not change who somebody is.
    const asked = [{ ...user, groups: [...user.groups] }, [...requiredGroups]];
    // Looked up within the call: it may be a getter.
    const ask = async (): Promise<unknown> => {
      const { verify } = this.foreign;
      return typeof verify === 'function'
        ? await Reflect.apply(verify, this.foreign, asked)
        : canExecute(user, requiredGroups);
    };
    const answer = await this.call('verify', ask);
    if (typeof answer === 'boolean') return answer;
    throw this.failed(`verify gave neither true nor false`);
  }

  private async call<T>(method: string, work: () => Promise<T>, secret = ''): Promise<T> {
    const late = () => this.failed(`${method} gave no answer within ${this.timeoutMs / 1_000} s`);
    const answer = work().catch((err: unknown) => {
      throw this.failed(`${method} threw ${describeThrown(err, secret)}`);
    });
    return await withinTime(answer, this.timeoutMs, late);
  }

  private failed(reason: string): AppError {
    return unavailable(this.name, reason);
  }
}

function readAnswer(answer: unknown): ReadUser | null {
  return answer === null || answer === undefined ? null : readUser(answer);
}
