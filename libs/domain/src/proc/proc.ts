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
}

export interface ArgDeclaration {
  name: string;
  description: string;
  required: boolean;
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
