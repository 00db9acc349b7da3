import { DEFAULT_POD_SETTINGS, type PodSettings } from './pod-settings.js';

/** A proc: a repetitive task as a container image, its declared arguments, its secrets and who may run it. */
export interface Proc {
  name: string;
  description: string;
  imageName: string;
  args: readonly ArgDeclaration[];
  secrets: readonly SecretDeclaration[];
  /** The caller must be in all of them; none listed: anyone who is signed in. */
  authorizedGroups: readonly string[];
  author: string;
  contributors: string;
  organization: string;
  /** v2's behaviour: pass on args that are not declared (names that change how programs load stay refused). */
  allowUndeclaredArgs: boolean;
  /** Wall-clock limit of one attempt; null: the worker's default. */
  timeoutSeconds: number | null;
  /** How many times Kubernetes may try again after a failed attempt; null: the worker's default. */
  retries: number | null;
  /** How many executions of this proc may be admitted at once; null: no limit. */
  concurrency: ConcurrencyLimit | null;
  /** How and where its pods run. */
  pod: PodSettings;
}

export const ARG_TYPES = ['string', 'number', 'boolean', 'enum', 'secret'] as const;
export type ArgType = (typeof ARG_TYPES)[number];

export interface ArgDeclaration {
  name: string;
  description: string;
  /** Every value reaches the container as text; the type says which texts are accepted. */
  type: ArgType;
  required: boolean;
  /** Used when the arg is not given; null: none. */
  default: string | null;
  /** RE2 syntax; the whole value must match. For strings and secrets; null: any value. */
  pattern: string | null;
  /** The accepted values of an enum; empty for every other type. */
  options: readonly string[];
  /** Of a number; null: no bound. */
  min: number | null;
  max: number | null;
  /** Shown to people; null: none. */
  example: string | null;
}

export interface SecretDeclaration {
  name: string;
  description: string;
}

export interface ConcurrencyLimit {
  limit: number;
  /** What happens to a request that finds no slot. */
  whenFull: 'queue' | 'refuse';
}

/** An arg as v2 declares it: a text that may be left out. */
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
    allowUndeclaredArgs: false,
    timeoutSeconds: null,
    retries: null,
    concurrency: null,
    pod: DEFAULT_POD_SETTINGS,
    ...changes,
  };
}
