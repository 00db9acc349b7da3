import type { FieldError } from './api-error.js';
import { booleanAt, type Draft, listAt, numberAt, recordAt, stringAt } from './draft.js';
import { checkEach, duplicate, forbidden, invalidValue, required, unsupported } from './field-errors.js';
import { dnsLabelProblem, dnsSubdomainProblem, envNameProblem } from './name-rules.js';

const UNSUPPORTED = 'kube-sandbox does not support this';

/** Validates a pod spec located at `path` in its object. */
export function validatePodSpec(path: string, spec: Draft, restartPolicies: readonly string[]): FieldError[] {
  const errors: FieldError[] = [];
  const containers = listAt(spec, 'containers');
  if (containers.length === 0) errors.push(required(`${path}.containers`));
  const initContainers = listAt(spec, 'initContainers');
  errors.push(...validateNames(path, initContainers, containers));
  for (const [i, volume] of listAt(spec, 'volumes').entries()) {
    if (!['emptyDir', 'secret', 'configMap'].some((kind) => volume[kind] !== undefined))
      errors.push(forbidden(`${path}.volumes[${i}]`, `${UNSUPPORTED}: emptyDir, secret and configMap only`));
  }
  const policy = stringAt(spec, 'restartPolicy') ?? '';
  if (!restartPolicies.includes(policy))
    errors.push(unsupportedPolicy(`${path}.restartPolicy`, policy, restartPolicies));
  errors.push(...validateNumbers(path, spec));
  const account = stringAt(spec, 'serviceAccountName');
  if (account) errors.push(...checkEach([[`${path}.serviceAccountName`, account]], dnsSubdomainProblem));
  return [
    ...errors,
    ...initContainers.flatMap((one, i) => validateInitContainer(`${path}.initContainers[${i}]`, one)),
    ...containers.flatMap((container, i) => validateContainer(`${path}.containers[${i}]`, container)),
  ];
}

function validateNames(path: string, initContainers: Draft[], containers: Draft[]): FieldError[] {
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  for (const [list, all] of Object.entries({ initContainers, containers })) {
    for (const [i, container] of all.entries()) {
      const name = stringAt(container, 'name') ?? '';
      if (name !== '' && seen.has(name)) errors.push(duplicate(`${path}.${list}[${i}].name`, name));
      seen.add(name);
    }
  }
  return errors;
}

function validateInitContainer(path: string, container: Draft): FieldError[] {
  const policy = stringAt(container, 'restartPolicy');
  const isKnown = policy === undefined || policy === 'Always';
  const errors = isKnown ? [] : [unsupported(`${path}.restartPolicy`, policy, ['Always'])];
  return [...errors, ...validateContainer(path, container)];
}

function unsupportedPolicy(field: string, policy: string, supported: readonly string[]): FieldError {
  if (policy === '') return required(field, `valid values: ${supported.map((one) => `"${one}"`).join(', ')}`);
  return unsupported(field, policy, supported);
}

function validateNumbers(path: string, spec: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const deadlineSeconds = numberAt(spec, 'activeDeadlineSeconds');
  if (deadlineSeconds !== undefined && (deadlineSeconds < 1 || deadlineSeconds > 2147483647)) {
    const detail = 'must be between 1 and 2147483647, inclusive';
    errors.push(invalidValue(`${path}.activeDeadlineSeconds`, deadlineSeconds, detail));
  }
  const graceSeconds = numberAt(spec, 'terminationGracePeriodSeconds');
  if (graceSeconds !== undefined && graceSeconds < 0) {
    const detail = 'must be greater than or equal to 0';
    errors.push(invalidValue(`${path}.terminationGracePeriodSeconds`, graceSeconds, detail));
  }
  return errors;
}

function validateContainer(path: string, container: Draft): FieldError[] {
  const errors: FieldError[] = [];
  const name = stringAt(container, 'name') ?? '';
  const image = stringAt(container, 'image') ?? '';
  if (name === '') errors.push(required(`${path}.name`));
  else errors.push(...checkEach([[`${path}.name`, name]], dnsLabelProblem));
  if (image === '') errors.push(required(`${path}.image`));
  else if (image.trim() !== image)
    errors.push(invalidValue(`${path}.image`, image, 'must not have leading or trailing whitespace'));
  const pullPolicy = stringAt(container, 'imagePullPolicy') ?? 'IfNotPresent';
  const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
  if (!pullPolicies.includes(pullPolicy))
    errors.push(unsupported(`${path}.imagePullPolicy`, pullPolicy, pullPolicies));
  for (const list of ['command', 'args']) {
    const words = container[list] ?? [];
    if (Array.isArray(words) && words.every((word) => typeof word === 'string')) continue;
    errors.push(invalidValue(`${path}.${list}`, words, 'must be a list of strings'));
  }
  errors.push(...listAt(container, 'env').flatMap((entry, i) => validateEnv(`${path}.env[${i}]`, entry)));
  return [
    ...errors,
    ...listAt(container, 'envFrom').flatMap((entry, i) => validateEnvFrom(`${path}.envFrom[${i}]`, entry)),
  ];
}

const FIELDS = ['metadata.name', 'metadata.namespace', 'metadata.uid'];

function validateEnv(path: string, entry: Draft): FieldError[] {
  const name = stringAt(entry, 'name') ?? '';
  const errors =
    name === '' ? [required(`${path}.name`)] : checkEach([[`${path}.name`, name]], envNameProblem);
  const value = stringAt(entry, 'value') ?? '';
  if (entry.valueFrom === undefined || entry.valueFrom === null) return errors;
  const source = recordAt(entry, 'valueFrom');
  if (value !== '')
    errors.push(invalidValue(`${path}.valueFrom`, '', 'may not be specified when `value` is not empty'));
  const kinds = Object.keys(source);
  if (kinds.length !== 1) {
    const detail =
      kinds.length === 0
        ? 'must specify one of: `fieldRef` or `secretKeyRef`'
        : 'may not have more than one field specified at a time';
    errors.push(invalidValue(`${path}.valueFrom`, '', detail));
  } else if ('secretKeyRef' in source) {
    const ref = recordAt(source, 'secretKeyRef');
    booleanAt(ref, 'optional');
    if (!stringAt(ref, 'key')) errors.push(required(`${path}.valueFrom.secretKeyRef.key`));
    if (!stringAt(ref, 'name')) errors.push(required(`${path}.valueFrom.secretKeyRef.name`));
  } else if ('fieldRef' in source) {
    const fieldPath = stringAt(recordAt(source, 'fieldRef'), 'fieldPath') ?? '';
    if (!FIELDS.includes(fieldPath))
      errors.push(unsupported(`${path}.valueFrom.fieldRef.fieldPath`, fieldPath, FIELDS));
  } else errors.push(forbidden(`${path}.valueFrom.${kinds[0]}`, UNSUPPORTED));
  return errors;
}

function validateEnvFrom(path: string, entry: Draft): FieldError[] {
  const kind = ['secretRef', 'configMapRef'].find((one) => entry[one] !== undefined);
  if (kind === undefined) return [forbidden(path, `${UNSUPPORTED}: secretRef and configMapRef only`)];
  const ref = recordAt(entry, kind);
  booleanAt(ref, 'optional');
  return stringAt(ref, 'name') ? [] : [required(`${path}.${kind}.name`)];
}
