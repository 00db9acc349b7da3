import { procFromMetadata, routes, type BodyOf } from '@app/contract';
import type { ProcsStore, SecretsStore } from '@app/database';
import { AppError, checkProc, type ErrorDetail, type Proc } from '@app/domain';
import type { AuditTrail } from '../http/audit-trail.js';
import type { Caller } from '../http/caller.js';

/** Makes procs known, or replaces them. */
export class RegisterProcs {
  constructor(
    private readonly procs: ProcsStore,
    private readonly secrets: SecretsStore,
    private readonly audit: AuditTrail,
  ) {}

  /** All of them or none. May be repeated. @throws AppError `malformed_request` */
  async register(metadata: BodyOf<'registerProcs'>, { user, address }: Caller): Promise<void> {
    const procs = metadata.map(procFromMetadata);
    const problems = [...procs.flatMap(checkOne), ...(await this.findSecretArgs(procs))];
    if (problems.length > 0) {
      throw new AppError('malformed_request', routes.registerProcs.malformedMessage, { details: problems });
    }
    for (const { name, imageName } of procs) {
      const details = { image: imageName };
      await this.audit.record({
        actor: user.email,
        action: 'registerProcs',
        subject: name,
        allowed: true,
        address,
        details,
      });
    }
    await this.procs.register(procs);
  }

  /** A secret wins over an arg of the same name without a word, so there must be no such arg. */
  private async findSecretArgs(procs: readonly Proc[]): Promise<ErrorDetail[]> {
    const secrets = await this.secrets.listNames(procs.map(({ name }) => name));
    return procs.flatMap(({ name, args }, index) =>
      args.flatMap((arg, place) => {
        if (!secrets.get(name)?.includes(arg.name)) return [];
        const message = `"${arg.name}" is set as a secret of ${name}; choose another name for the arg`;
        return [{ field: `${index}.args.${place}.name`, message }];
      }),
    );
  }
}

function checkOne(proc: Proc, index: number): ErrorDetail[] {
  return checkProc(proc).map(({ field, message }) => ({ field: `${index}.${field}`, message }));
}
