import type { FieldError } from './api-error.js';
import { type Draft, listAt, recordAt, stringAt } from './draft.js';
import { invalidValue, required, unsupported } from './field-errors.js';

const PATH = 'spec.podFailurePolicy';
const ACTIONS = ['Count', 'FailJob', 'Ignore'];
const OPERATORS = ['In', 'NotIn'];
const STATUSES = ['False', 'True', 'Unknown'];

/** Validates the `podFailurePolicy` of a Job's spec, if it has one. */
export function validateFailurePolicy(spec: Draft): FieldError[] {
  if (spec.podFailurePolicy === undefined || spec.podFailurePolicy === null) return [];
  const podSpec = recordAt(spec, 'template', 'spec');
  const errors: FieldError[] = [];
  if (stringAt(podSpec, 'restartPolicy') !== 'Never') {
    const detail = 'only "Never" is supported when podFailurePolicy is specified';
    errors.push(invalidValue('spec.template.spec.restartPolicy', podSpec.restartPolicy, detail));
  }
  if ((stringAt(spec, 'podReplacementPolicy') ?? 'Failed') !== 'Failed') {
    errors.push(unsupported('spec.podReplacementPolicy', spec.podReplacementPolicy, ['Failed']));
  }
  const names = [...listAt(podSpec, 'containers'), ...listAt(podSpec, 'initContainers')].map((container) =>
    stringAt(container, 'name'),
  );
  const rules = listAt(recordAt(spec, 'podFailurePolicy'), 'rules');
  return [...errors, ...rules.flatMap((rule, i) => validateRule(`${PATH}.rules[${i}]`, rule, names))];
}

function validateRule(path: string, rule: Draft, names: (string | undefined)[]): FieldError[] {
  const errors: FieldError[] = [];
  const action = stringAt(rule, 'action') ?? '';
  if (!ACTIONS.includes(action)) errors.push(unsupported(`${path}.action`, action, ACTIONS));
  const conditions = listAt(rule, 'onPodConditions');
  const hasExitCodes = rule.onExitCodes !== undefined && rule.onExitCodes !== null;
  if (hasExitCodes === conditions.length > 0) {
    const detail = 'specifying one of OnExitCodes and OnPodConditions is required';
    return [...errors, invalidValue(path, '', detail)];
  }
  for (const [i, condition] of conditions.entries()) {
    const status = stringAt(condition, 'status') ?? 'True';
    const at = `${path}.onPodConditions[${i}]`;
    if (!stringAt(condition, 'type')) errors.push(required(`${at}.type`));
    if (!STATUSES.includes(status)) errors.push(unsupported(`${at}.status`, status, STATUSES));
  }
  return hasExitCodes
    ? [...errors, ...validateExitCodes(`${path}.onExitCodes`, recordAt(rule, 'onExitCodes'), names)]
    : errors;
}

function validateExitCodes(path: string, codes: Draft, names: (string | undefined)[]): FieldError[] {
  const errors: FieldError[] = [];
  const name = stringAt(codes, 'containerName');
  if (name !== undefined && !names.includes(name)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalidValue(`${path}.containerName`, name, detail));
  }
  const operator = stringAt(codes, 'operator') ?? '';
  if (!OPERATORS.includes(operator)) errors.push(unsupported(`${path}.operator`, operator, OPERATORS));
  const values = Array.isArray(codes.values) ? (codes.values as unknown[]) : [];
  if (values.length === 0)
    errors.push(invalidValue(`${path}.values`, values, 'at least one value is required'));
  for (const [i, value] of values.entries()) {
    if (value === 0 && operator === 'In') {
      errors.push(invalidValue(`${path}.values[${i}]`, 0, 'must not be 0 for the In operator'));
    }
  }
  return errors;
}
