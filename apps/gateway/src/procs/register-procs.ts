import { procFromMetadata, routes, type BodyOf } from '@app/contract';
import type { ProcsStore, SecretsStore } from '@app/database';
import {
  AppError,
  checkAllowed,
  checkProc,
  type AllowedSettings,
  type ErrorDetail,
  type Proc,
} from '@app/domain';
import type { Patterns } from '@app/patterns';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Caller } from '../authentication/caller.js';
import { toWireField } from './wire-field.js';

export interface RegisterProcsDependencies {
  procs: Pick<ProcsStore, 'register'>;
  secrets: Pick<SecretsStore, 'listNames'>;
  patterns: Patterns;
  allowed: AllowedSettings;
  audit: AuditTrail;
}

/** Registers procs, or replaces them. */
export class RegisterProcs {
  constructor(private readonly dependencies: RegisterProcsDependencies) {}

  /** Registers all of them, or none. May be repeated. @throws AppError `malformed_request` */
  async register(metadata: BodyOf<'registerProcs'>, { user, address }: Caller): Promise<void> {
    const procs = metadata.map(procFromMetadata);
    const problems = await this.check(procs);
    if (problems.length > 0) {
      throw new AppError('malformed_request', routes.registerProcs.malformedMessage, { details: problems });
    }
    for (const { name, imageName } of procs) {
      const details = { image: imageName };
      await this.dependencies.audit.record({
        actor: user.email,
        action: 'registerProcs',
        subject: name,
        allowed: true,
        address,
        details,
      });
    }
    await this.dependencies.procs.register(procs);
  }

  /** `field` is a path into the request body, e.g. `0.env_vars.args.1.pattern`. */
  private async check(procs: readonly Proc[]): Promise<ErrorDetail[]> {
    const secrets = await this.dependencies.secrets.listNames(procs.map(({ name }) => name));
    return procs.flatMap((proc, index) =>
      [
        ...checkProc(proc, this.dependencies.patterns.describeProblem, this.dependencies.patterns.matches),
        ...checkAllowed(proc, this.dependencies.allowed),
        ...findSecretArgs(proc, secrets.get(proc.name) ?? []),
      ].map(({ field, message }) => ({ field: `${index}.${toWireField(field)}`, message })),
    );
  }
}

/** A secret silently overrides an arg of the same name, so such an arg is refused. */
function findSecretArgs({ name, args }: Proc, secretNames: readonly string[]): ErrorDetail[] {
  return args.flatMap((arg, place) => {
    if (!secretNames.includes(arg.name)) return [];
    const message = `"${arg.name}" is already a secret of ${name}; rename the arg or remove the secret`;
    return [{ field: `args.${place}.name`, message }];
  });
}
