/** What a credential may be used for; each level includes the ones before it. `admin`: everything that its user may do. */
export const SCOPE_LEVELS = ['read', 'execute', 'admin'] as const;
export type ScopeLevel = (typeof SCOPE_LEVELS)[number];

/** How far a credential reaches. It narrows what its user may do, and never adds to it. */
export interface Scope {
  level: ScopeLevel;
  /** The only procs that it may be used for; null: no limit. */
  procs: readonly string[] | null;
}

export const FULL_SCOPE: Scope = { level: 'admin', procs: null };

/** False for a level that this version does not know. */
export function includesLevel({ level }: Scope, needed: ScopeLevel): boolean {
  return SCOPE_LEVELS.indexOf(level) >= SCOPE_LEVELS.indexOf(needed);
}

export function coversProc({ procs }: Scope, name: string): boolean {
  return procs === null || procs.includes(name);
}

/** As users read it: `execute`, or `execute of deploy, migrate`. */
export function describeScope({ level, procs }: Scope): string {
  return procs === null ? level : `${level} of ${procs.join(', ')}`;
}
