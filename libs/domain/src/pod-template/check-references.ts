import { quoteForMessage } from '../proc/env-value.js';
import { describeOwnSecret } from '../proc/mounted-objects.js';
import { describeAllowed, type AllowedSettings } from '../proc/check-allowed.js';
import { problem, text, type Check } from './json-check.js';

/** The names that a list contains. Null: every one. */
export function listed(what: string, names: readonly string[] | null, setting: string): Check {
  return (value, path) => {
    const wrong = text(value, path);
    if (wrong.length > 0 || names === null || names.includes(value as string)) return wrong;
    return problem(path, describeUnlisted(`${what} ${quoteForMessage(value as string)}`, names, setting));
  };
}

export function describeUnlisted(what: string, names: readonly string[], setting: string): string {
  return `${what} is not allowed (${describeAllowed(names)}); remove it, or ask an operator to list it in ${setting}`;
}

/** The name of a Secret. Proctor's own hold the secrets of procs: never in any place, whatever is listed. */
export function secretName({ secrets }: Pick<AllowedSettings, 'secrets'>): Check {
  return notOurs(listed('the Kubernetes Secret', secrets, 'PROCTOR_ALLOWED_SECRETS'));
}

export function pullSecretName({ imagePullSecrets }: Pick<AllowedSettings, 'imagePullSecrets'>): Check {
  return notOurs(listed('the pull secret', imagePullSecrets, 'PROCTOR_ALLOWED_PULL_SECRETS'));
}

export function configMapName({ configMaps }: Pick<AllowedSettings, 'configMaps'>): Check {
  return listed('the ConfigMap', configMaps, 'PROCTOR_ALLOWED_CONFIG_MAPS');
}

function notOurs(next: Check): Check {
  return (value, path) => {
    const message = typeof value === 'string' ? describeOwnSecret(value) : null;
    return message === null ? next(value, path) : problem(path, message);
  };
}
