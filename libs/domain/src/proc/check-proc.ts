import type { ErrorDetail } from '../app-error.js';
import { hasBidi } from '../bidi.js';
import { checkArgDeclaration, type DescribePatternProblem } from './check-arg-declaration.js';
import type { MatchesPattern } from './check-arg-value.js';
import { checkExitCodes } from './check-exit-codes.js';
import { checkPodSettings } from './check-pod-settings.js';
import { describeEnvNameProblem, findEnvNameProblem } from './env-names.js';
import { isImageReference } from './image-reference.js';
import type { Proc } from './proc.js';
import { checkQueue } from './queue.js';
import { checkUndeclaredArgs } from './undeclared-args.js';

export const MAX_TIMEOUT_SECONDS = 30 * 24 * 60 * 60;
export const MAX_RETRIES = 100;
export const MAX_CONCURRENCY_LIMIT = 100_000;

/** Safe in URL paths, in BullMQ job ids, and in file names on every system. */
const PROC_NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/;

/** Lists the problems of a proc to be registered. Empty if it is valid. `field` is a path into `Proc`. */
export function checkProc(
  proc: Proc,
  describePatternProblem: DescribePatternProblem,
  matches: MatchesPattern,
): ErrorDetail[] {
  return [
    ...checkName(proc.name),
    ...checkImage(proc.imageName),
    ...checkEnvNames(proc),
    ...proc.args.flatMap((arg, index) =>
      checkArgDeclaration(arg, describePatternProblem, matches).map(({ field, message }) => ({
        field: `args.${index}.${field}`,
        message,
      })),
    ),
    ...checkUndeclaredArgs(proc.allowUndeclaredArgs),
    ...checkGroups(proc.authorizedGroups),
    ...checkWholeNumber('timeoutSeconds', proc.timeoutSeconds, 1, MAX_TIMEOUT_SECONDS),
    ...checkWholeNumber('retries', proc.retries, 0, MAX_RETRIES),
    ...checkWholeNumber('concurrency.limit', proc.concurrency?.limit ?? null, 1, MAX_CONCURRENCY_LIMIT),
    ...checkPodSettings(proc.pod),
    ...checkExitCodes(proc),
    ...checkQueue(proc),
  ];
}

function checkName(name: string): ErrorDetail[] {
  if (PROC_NAME.test(name)) return [];
  const message =
    'expected 1 to 100 letters, digits, ".", "_" and "-", starting and ending with a letter or digit; choose such a name';
  return [{ field: 'name', message }];
}

function checkImage(imageName: string): ErrorDetail[] {
  if (isImageReference(imageName)) return [];
  const message = `expected an image such as registry.example/team/name:tag, got ${JSON.stringify(imageName.slice(0, 100))}`;
  return [{ field: 'imageName', message }];
}

function checkEnvNames({ args, secrets }: Pick<Proc, 'args' | 'secrets'>): ErrorDetail[] {
  const firstUse = new Map<string, string>();
  const declarations = [
    ...args.map(({ name }, index) => ({ name, kind: 'arg', field: `args.${index}.name` })),
    ...secrets.map(({ name }, index) => ({ name, kind: 'secret', field: `secrets.${index}.name` })),
  ];
  return declarations.flatMap(({ name, kind, field }) => {
    const shown = JSON.stringify(name.slice(0, 100));
    const problem = findEnvNameProblem(name);
    if (problem !== null) return [{ field, message: `${shown} ${describeEnvNameProblem(problem)}` }];
    const earlier = firstUse.get(name);
    firstUse.set(name, earlier ?? kind);
    if (earlier === undefined) return [];
    const message = `${shown} is already declared as ${earlier === 'arg' ? 'an arg' : 'a secret'}; declare each name once`;
    return [{ field, message }];
  });
}

function checkGroups(groups: readonly string[]): ErrorDetail[] {
  const bidi = groups.findIndex(hasBidi);
  if (bidi >= 0) {
    const message = 'contains a character that changes the direction of text; remove it';
    return [{ field: `authorizedGroups.${bidi}`, message }];
  }
  return groups.flatMap((group, index) =>
    group.trim() === ''
      ? [
          {
            field: `authorizedGroups.${index}`,
            message: 'expected the name of a group, got an empty string; remove it',
          },
        ]
      : [],
  );
}

function checkWholeNumber(field: string, value: number | null, min: number, max: number): ErrorDetail[] {
  if (value === null || (Number.isInteger(value) && value >= min && value <= max)) return [];
  return [{ field, message: `expected a whole number from ${min} to ${max}, got ${value}` }];
}
