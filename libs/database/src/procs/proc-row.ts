import { createHash } from 'node:crypto';
import {
  type ArgDeclaration,
  DEFAULT_POD_SETTINGS,
  plainArg,
  type PodFile,
  type PodSettings,
  type Proc,
  type ProcSnapshot,
  type SecretDeclaration,
} from '@app/domain';
import type { Prisma, Proc as ProcRow } from '../generated/client.js';

/** A registered proc. Each change increments the revision. */
export interface RegisteredProc {
  proc: Proc;
  revision: number;
  createdAt: Date;
  updatedAt: Date;
}

/** The settings of a proc that its executions keep. */
export function snapshotOf(proc: Proc): ProcSnapshot {
  return {
    timeoutSeconds: proc.timeoutSeconds,
    retries: proc.retries,
    requiredSecrets: proc.secrets.map(({ name }) => name),
    pod: proc.pod,
    organization: proc.organization,
  };
}

export function toRegisteredProc(row: ProcRow): RegisteredProc {
  return { proc: toProc(row), revision: row.revision, createdAt: row.createdAt, updatedAt: row.updatedAt };
}

/** A row of `proc` as `to_json` returns it: instants are strings. */
export interface JsonProc {
  name: string;
  revision: number;
  description: string;
  image_name: string;
  args: ProcRow['args'];
  secrets: ProcRow['secrets'];
  authorized_groups: string[];
  author: string;
  contributors: string;
  organization: string;
  allow_undeclared_args: boolean;
  undeclared_arg_names: string[];
  timeout_seconds: number | null;
  retries: number | null;
  concurrency_limit: number | null;
  when_full: string | null;
  pod: ProcRow['pod'];
  pod_template: string | null;
  created_at: string;
  updated_at: string;
}

export function procFromJson(json: JsonProc): RegisteredProc {
  return toRegisteredProc({
    ...json,
    imageName: json.image_name,
    authorizedGroups: json.authorized_groups,
    allowUndeclaredArgs: json.allow_undeclared_args,
    undeclaredArgNames: json.undeclared_arg_names,
    timeoutSeconds: json.timeout_seconds,
    concurrencyLimit: json.concurrency_limit,
    whenFull: json.when_full,
    podTemplate: json.pod_template,
    createdAt: new Date(json.created_at),
    updatedAt: new Date(json.updated_at),
  });
}

export function toColumns(proc: Proc) {
  const { name, args, secrets, authorizedGroups, allowUndeclaredArgs, concurrency, pod, ...rest } = proc;
  return {
    ...rest,
    allowUndeclaredArgs: allowUndeclaredArgs === true,
    undeclaredArgNames: allowUndeclaredArgs === true ? [] : [...allowUndeclaredArgs],
    args: args.map(toArgColumn),
    secrets: secrets.map((secret) => ({ ...secret })),
    authorizedGroups: [...authorizedGroups],
    concurrencyLimit: concurrency?.limit ?? null,
    whenFull: concurrency?.whenFull ?? null,
    pod: { ...pod, files: pod.files.map(withoutContent) } as unknown as Prisma.InputJsonObject,
    podTemplate: pod.template,
  };
}

function withoutContent({ path, bytes, digest, content }: PodFile): PodFile {
  return { path, bytes, digest: content === undefined ? digest : digestOf(content) };
}

export function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function toProc(row: ProcRow): Proc {
  return {
    name: row.name,
    description: row.description,
    imageName: row.imageName,
    // Rows from before arg types existed lack most of a declaration.
    args: (row.args as unknown as ArgColumn[]).map(fromArgColumn),
    secrets: row.secrets as unknown as SecretDeclaration[],
    authorizedGroups: row.authorizedGroups,
    author: row.author,
    contributors: row.contributors,
    organization: row.organization,
    allowUndeclaredArgs: row.allowUndeclaredArgs || row.undeclaredArgNames,
    timeoutSeconds: row.timeoutSeconds,
    retries: row.retries,
    concurrency:
      row.concurrencyLimit === null
        ? null
        : { limit: row.concurrencyLimit, whenFull: row.whenFull === 'refuse' ? 'refuse' : 'queue' },
    pod: { ...DEFAULT_POD_SETTINGS, ...(row.pod as unknown as Partial<PodSettings>) },
  };
}

/** Bounds are numbers, as every version of the services reads them, unless a number would lose their text. */
type ArgColumn = Pick<ArgDeclaration, 'name'> &
  Partial<Omit<ArgDeclaration, 'min' | 'max'>> & {
    min?: number | string | null;
    max?: number | string | null;
  };

function toArgColumn({ min, max, options, ...arg }: ArgDeclaration) {
  return { ...arg, options: [...options], min: toBoundColumn(min), max: toBoundColumn(max) };
}

function toBoundColumn(text: string | null): number | string | null {
  return text !== null && String(Number(text)) === text ? Number(text) : text;
}

function fromArgColumn({ min, max, ...arg }: ArgColumn): ArgDeclaration {
  return plainArg(arg.name, {
    ...arg,
    min: min == null ? null : String(min),
    max: max == null ? null : String(max),
  });
}
