import { DEFAULT_POD_SETTINGS, type PodSettings } from './pod-settings.js';
import type { UndeclaredArgs } from './undeclared-args.js';

/** A proc: a repetitive task packaged as a container image, its declared args, its secrets, and the groups that may run it. */
export interface Proc {
  name: string;
  description: string;
  imageName: string;
  args: readonly ArgDeclaration[];
  secrets: readonly SecretDeclaration[];
  /** The caller must be a member of every group. Empty: anyone who is signed in may run it. */
  authorizedGroups: readonly string[];
  author: string;
  contributors: string;
  organization: string;
  allowUndeclaredArgs: UndeclaredArgs;
  /** Wall-clock limit of one attempt. Null means the worker's default. */
  timeoutSeconds: number | null;
  /** How many times Kubernetes may retry a failed attempt. Null means the worker's default. */
  retries: number | null;
  /** How many executions of this proc may be admitted at once. Null means no limit. */
  concurrency: ConcurrencyLimit | null;
  /** How and where its pods run. */
  pod: PodSettings;
}

export const ARG_TYPES = ['string', 'number', 'boolean', 'enum', 'secret'] as const;
export type ArgType = (typeof ARG_TYPES)[number];

export interface ArgDeclaration {
  name: string;
  description: string;
  /** Every value reaches the container as text. The type restricts which texts are accepted. */
  type: ArgType;
  required: boolean;
  /** The value used when the arg is omitted. Null means none. */
  default: string | null;
  /** RE2 syntax; the whole value must match. For strings and secrets only. Null means any value. */
  pattern: string | null;
  /** The allowed values of an `enum`. Empty for every other type. */
  options: readonly string[];
  /** Bounds of a `number`, as they were written: a decimal number. Null means no bound. */
  min: string | null;
  max: string | null;
  /** Shown to people. Null means none. */
  example: string | null;
}

export interface SecretDeclaration {
  name: string;
  description: string;
}

export interface ConcurrencyLimit {
  limit: number;
  /** What happens to a request when no slot is free. */
  whenFull: 'queue' | 'refuse';
}

/** An arg as v2 declares it: an optional string. */
export function plainArg(name: string, changes: Partial<ArgDeclaration> = {}): ArgDeclaration {
  return {
    name,
    description: '',
    type: 'string',
    required: false,
    default: null,
    pattern: null,
    options: [],
    min: null,
    max: null,
    example: null,
    ...changes,
  };
}

/** A proc that declares nothing and that anyone may run. */
export function plainProc(name: string, changes: Partial<Proc> = {}): Proc {
  return {
    name,
    description: '',
    imageName: `proctor/${name}:1`,
    args: [],
    secrets: [],
    authorizedGroups: [],
    author: '',
    contributors: '',
    organization: '',
    allowUndeclaredArgs: [],
    timeoutSeconds: null,
    retries: null,
    concurrency: null,
    pod: DEFAULT_POD_SETTINGS,
    ...changes,
  };
}
