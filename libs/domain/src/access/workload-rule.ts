/** Which tokens of an issuer a rule is for. */
export interface WorkloadRule {
  name: string;
  /** The token must be meant for it (`aud`). */
  audience: string;
  /** As `sub`, or with `*` for parts of it: see `matchesSubject`. */
  subject: string;
  /** Further claims with exactly these values. */
  claims: Readonly<Record<string, string>>;
}

/** What the claims of a token are compared by. */
export interface WorkloadClaims {
  subject: string;
  audiences: readonly string[];
  claims: Readonly<Record<string, unknown>>;
}

/** Before the first `*`. A public issuer signs tokens of everyone: `repo:*` would admit every repository. */
const MIN_LITERAL_PARTS = 2;
const ANY_PART = '[^:/]+';

/** What is wrong with the subject of a rule, as a clause after its name; null: nothing. */
export function findSubjectProblem(subject: string): string | null {
  const parts = subject.split(/[:/]/);
  if (parts.some((part) => part !== '*' && part.includes('*')))
    return 'can have * only in place of a whole part between : or /, as in repo:acme/app:ref:refs/heads/*';
  const first = parts.indexOf('*');
  const literal = (first === -1 ? parts : parts.slice(0, first)).filter((part) => part !== '');
  return first !== -1 && literal.length < MIN_LITERAL_PARTS
    ? `needs at least ${MIN_LITERAL_PARTS} parts before the first *, as in repo:acme/*; everything that the issuer signs would match otherwise`
    : null;
}

/**
 * Whether a subject is the one that a rule names, compared case-sensitively. `*` stands for one part between `:` or `/`, and
 * at the end for all that follows.
 */
export function matchesSubject(pattern: string, subject: string): boolean {
  if (!pattern.includes('*')) return pattern === subject;
  // A pattern that was not refused when it was stored, such as one that another version allowed.
  if (findSubjectProblem(pattern) !== null) return false;
  const pieces = pattern.split(/([:/])/);
  const source = pieces.map((piece, at) => {
    if (piece !== '*') return piece.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`);
    return at === pieces.length - 1 ? '.+' : ANY_PART;
  });
  return new RegExp(`^${source.join('')}$`, 'su').test(subject);
}

/** The rule for a token: of those that match, the most specific one. Null: none matches. */
export function findWorkloadRule<Rule extends WorkloadRule>(
  rules: readonly Rule[],
  token: WorkloadClaims,
): Rule | null {
  return rules.filter((rule) => matches(rule, token)).toSorted(bySpecificity)[0] ?? null;
}

function matches(rule: WorkloadRule, { subject, audiences, claims }: WorkloadClaims): boolean {
  return (
    audiences.includes(rule.audience) &&
    matchesSubject(rule.subject, subject) &&
    Object.entries(rule.claims).every(([name, value]) => textOf(claims, name) === value)
  );
}

/** Null for a claim that is missing, a list or an object: part of a list must not pass for all of it. */
function textOf(claims: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = Object.hasOwn(claims, name) ? claims[name] : null;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : null;
}

/** Without `*` first, then the longer subject, then more claims, then by name: never by when they were made. */
function bySpecificity(one: WorkloadRule, other: WorkloadRule): number {
  return (
    Number(one.subject.includes('*')) - Number(other.subject.includes('*')) ||
    other.subject.length - one.subject.length ||
    Object.keys(other.claims).length - Object.keys(one.claims).length ||
    (one.name < other.name ? -1 : 1)
  );
}
