import type { ErrorDetail } from '../app-error.js';

/** The rights of a proc's container, in Kubernetes' terms. Null means the installation's default. */
export interface SecuritySettings {
  runAsUser: number | null;
  runAsGroup: number | null;
  /** True: Kubernetes does not start the container as root. */
  runAsNonRoot: boolean | null;
  readOnlyRootFilesystem: boolean | null;
  /** The group that owns the files of the pod's volumes. */
  fsGroup: number | null;
}

/** The levels of Kubernetes' Pod Security Standards that procs can run under. */
export const POD_SECURITY_LEVELS = ['baseline', 'restricted'] as const;
export type PodSecurityLevel = (typeof POD_SECURITY_LEVELS)[number];

/** User or group ids, both ends included. */
export interface IdRange {
  from: number;
  to: number;
}

export interface SecurityDefaults {
  level: PodSecurityLevel;
  /** `image`: the image decides. Null: the image decides at level baseline, and `NON_ROOT_ID` is used at restricted. */
  runAsUser: number | 'image' | null;
  runAsGroup: number | 'image' | null;
  fsGroup: number | null;
  readOnlyRootFilesystem: boolean;
}

export const NO_SECURITY_SETTINGS: SecuritySettings = {
  runAsUser: null,
  runAsGroup: null,
  runAsNonRoot: null,
  readOnlyRootFilesystem: null,
  fsGroup: null,
};

/** The user that images without root conventionally have. It owns no files. */
export const NON_ROOT_ID = 65_532;
export const MAX_ID = 2 ** 31 - 1;

const ID_FIELDS = ['runAsUser', 'runAsGroup', 'fsGroup'] as const;

/** Lists settings that Kubernetes would reject or could never satisfy. `field` starts with `pod.security`. */
export function checkSecurity(security: SecuritySettings | null): ErrorDetail[] {
  if (security === null) return [];
  const problems = ID_FIELDS.flatMap((name) => {
    const id = security[name];
    if (id === null || (Number.isInteger(id) && id >= 0 && id <= MAX_ID)) return [];
    return [problemOf(name, `expected a whole number from 0 to ${MAX_ID}, got ${id}`)];
  });
  if (security.runAsNonRoot === true && security.runAsUser === 0) {
    problems.push(problemOf('runAsUser', 'is root, which run_as_non_root forbids; change one of them'));
  }
  return problems;
}

/** Lists settings that the installation's level of Pod Security does not allow. `field` starts with `pod.security`. */
export function checkSecurityLevel(
  security: SecuritySettings | null,
  level: PodSecurityLevel,
): ErrorDetail[] {
  if (security === null || level === 'baseline') return [];
  const why = `is not allowed at Pod Security level ${level}; change it, or ask an operator to set PROCTOR_POD_SECURITY=baseline`;
  return [
    ...(security.runAsUser === 0 ? [problemOf('runAsUser', `run_as_user 0 (root) ${why}`)] : []),
    ...(security.runAsNonRoot === false ? [problemOf('runAsNonRoot', `run_as_non_root false ${why}`)] : []),
  ];
}

/** Lists user and group ids outside the ranges. `field` starts with `pod.security`. */
export function checkAllowedIds(
  security: SecuritySettings | null,
  ranges: readonly IdRange[] | null,
): ErrorDetail[] {
  if (security === null || ranges === null) return [];
  const shown = ranges.map(({ from, to }) => (from === to ? from : `${from}-${to}`)).join(', ');
  return ID_FIELDS.flatMap((name) => {
    const id = security[name];
    if (id === null || ranges.some(({ from, to }) => from <= id && id <= to)) return [];
    return [problemOf(name, `the id ${id} is not allowed (allowed: ${shown})`)];
  });
}

/** Fills in the installation's defaults. What is still null, the image or Kubernetes decides. */
export function completeSecurity(
  security: SecuritySettings | null,
  defaults: SecurityDefaults,
): SecuritySettings {
  const own = security ?? NO_SECURITY_SETTINGS;
  const isRestricted = defaults.level === 'restricted';
  const idOf = (id: number | 'image' | null) =>
    id === 'image' ? null : (id ?? (isRestricted ? NON_ROOT_ID : null));
  return {
    // A proc that asks for root, where it may, does not get the user and group of the others.
    runAsUser: own.runAsUser ?? (own.runAsNonRoot === false ? null : idOf(defaults.runAsUser)),
    runAsGroup: own.runAsGroup ?? (own.runAsUser === 0 ? null : idOf(defaults.runAsGroup)),
    runAsNonRoot: own.runAsNonRoot ?? (isRestricted && own.runAsUser !== 0 ? true : null),
    readOnlyRootFilesystem: own.readOnlyRootFilesystem ?? (defaults.readOnlyRootFilesystem ? true : null),
    fsGroup: own.fsGroup ?? defaults.fsGroup,
  };
}

/** Parses `1000, 2000-2999`. Undefined: the text is none. */
export function parseIdRanges(text: string): IdRange[] | undefined {
  const parts = text.split(',').map((part) => part.trim());
  const ranges = parts.flatMap((part) => {
    const match = /^(\d{1,10})(?:\s*-\s*(\d{1,10}))?$/.exec(part);
    if (!match) return [];
    const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
    return from <= to && to <= MAX_ID ? [{ from, to }] : [];
  });
  return ranges.length === parts.length ? ranges : undefined;
}

function problemOf(name: keyof SecuritySettings, message: string): ErrorDetail {
  return { field: `pod.security.${name}`, message };
}
