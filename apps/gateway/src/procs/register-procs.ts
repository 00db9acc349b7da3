import { MAX_PROBLEMS, metadataFromProc, procFromMetadata, routes, type BodyOf } from '@app/contract';
import type { AuditEntry, ProcsStore, RegisteredProc, SecretsStore } from '@app/database';
import {
  AppError,
  checkAllowed,
  checkProc,
  describeChanges,
  LIST_INSTEAD,
  type AllowedSettings,
  type ErrorDetail,
  type Proc,
} from '@app/domain';
import type { Patterns } from '@app/patterns';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { AccessNews } from '../authentication/access-news.js';
import type { Caller } from '../authentication/caller.js';
import type { KnownGroups } from '../accounts/known-groups.js';
import { timeSlices } from '../limits/time-slices.js';
import type { CheckTemplates } from './check-templates.js';
import { toWireField } from './wire-field.js';

export interface RegisterProcsDependencies {
  groups: KnownGroups;
  procs: Pick<ProcsStore, 'register' | 'listOpen'>;
  secrets: Pick<SecretsStore, 'listNames'>;
  patterns: Patterns;
  allowed: AllowedSettings;
  templates: CheckTemplates;
  news: Pick<AccessNews, 'announce'>;
  audit: AuditTrail;
}

/** Registers procs, or replaces them. */
export class RegisterProcs {
  constructor(private readonly dependencies: RegisterProcsDependencies) {}

  /** Registers all of them, or none. May be repeated. @throws AppError `malformed_request` */
  async register(metadata: BodyOf<'registerProcs'>, { user, address }: Caller): Promise<void> {
    const procs = await this.checkAll(metadata);
    const entryOf = (before: RegisteredProc | null, after: RegisteredProc): AuditEntry => ({
      actor: user.email,
      action: 'registerProcs',
      subject: after.proc.name,
      allowed: true,
      address,
      details: {
        image: after.proc.imageName,
        revision: after.revision,
        ...(before && {
          revision_before: before.revision,
          changes: describeChanges(metadataFromProc(before.proc), metadataFromProc(after.proc)),
        }),
      },
    });
    await this.dependencies.procs.register(procs, entryOf);
    this.dependencies.news.announce();
  }

  /** Changes nothing. Returns the procs, and what may not be meant in them. @throws AppError as `register` does */
  async check(metadata: BodyOf<'registerProcs'>): Promise<{ procs: Proc[]; warnings: ErrorDetail[] }> {
    const procs = await this.checkAll(metadata);
    const warnings = [...findOpen(procs), ...(await this.findUnknownGroups(procs))];
    return { procs, warnings: warnings.slice(0, MAX_PROBLEMS) };
  }

  private async checkAll(metadata: BodyOf<'registerProcs'>): Promise<Proc[]> {
    const letOthersRun = timeSlices();
    const procs: Proc[] = [];
    for (const one of metadata) {
      await letOthersRun();
      procs.push(procFromMetadata(one));
    }
    const problems = await this.findProblems(procs);
    if (problems.length === 0) return procs;
    throw new AppError('malformed_request', routes.registerProcs.malformedMessage, { details: problems });
  }

  private async findUnknownGroups(procs: readonly Proc[]): Promise<ErrorDetail[]> {
    const all = procs.flatMap(({ authorizedGroups }) => authorizedGroups);
    const unknown = await this.dependencies.groups.describeUnknown(all, true);
    return procs.flatMap(({ authorizedGroups }, index) =>
      authorizedGroups.flatMap((group, place) => {
        const message = unknown.get(group);
        return message === undefined ? [] : [{ field: `${index}.authorized_groups.${place}`, message }];
      }),
    );
  }

  /** Stops at the first problems. `field` is a path into the request body, e.g. `0.env_vars.args.1.pattern`. */
  private async findProblems(procs: readonly Proc[]): Promise<ErrorDetail[]> {
    const names = procs.map(({ name }) => name);
    const secrets = await this.dependencies.secrets.listNames(names);
    const open = await this.dependencies.procs.listOpen(names);
    const findTemplateProblems = await this.dependencies.templates.forProcs(procs);
    const { patterns, allowed } = this.dependencies;
    const matches = patterns.forRequest();
    const letOthersRun = timeSlices();
    const problems: ErrorDetail[] = [];
    for (const [index, proc] of procs.entries()) {
      await letOthersRun();
      const found = [
        ...checkProc(proc, patterns.describeProblem, matches),
        ...checkAllowed(proc, allowed),
        ...findTemplateProblems(proc),
        ...findNewlyOpen(proc, open),
        ...findSecretArgs(proc, secrets.get(proc.name) ?? []),
      ];
      problems.push(
        ...found.map(({ field, message }) => ({ field: `${index}.${toWireField(field)}`, message })),
      );
      if (problems.length >= MAX_PROBLEMS) break;
    }
    return problems;
  }
}

function findOpen(procs: readonly Proc[]): ErrorDetail[] {
  return procs.flatMap(({ allowUndeclaredArgs }, index) =>
    allowUndeclaredArgs === true ? [{ field: `${index}.allow_undeclared_args`, message: LIST_INSTEAD }] : [],
  );
}

/** Procs from before there were lists go on as they are. */
function findNewlyOpen({ name, allowUndeclaredArgs }: Proc, open: ReadonlySet<string>): ErrorDetail[] {
  if (allowUndeclaredArgs !== true || open.has(name)) return [];
  return [{ field: 'allowUndeclaredArgs', message: LIST_INSTEAD }];
}

/** A secret silently overrides an arg of the same name, so such an arg is refused. */
function findSecretArgs({ name, args }: Proc, secretNames: readonly string[]): ErrorDetail[] {
  return args.flatMap((arg, place) => {
    if (!secretNames.includes(arg.name)) return [];
    const message = `"${arg.name}" is already a secret of ${name}; rename the arg or remove the secret`;
    return [{ field: `args.${place}.name`, message }];
  });
}
