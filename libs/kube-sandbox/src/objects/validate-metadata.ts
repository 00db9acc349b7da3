import type { FieldError } from './api-error.js';
import { type Draft, listAt, stringAt, stringsAt } from './draft.js';
import { checkEach, invalidValue, required } from './field-errors.js';
import type { ResourceName } from './kube-object.js';
import {
  dnsLabelProblem,
  dnsSubdomainProblem,
  labelValueProblem,
  qualifiedNameProblem,
} from './name-rules.js';

/** Validates an object's metadata, after its name was generated. */
export function validateMetadata(resource: ResourceName, metadata: Draft): FieldError[] {
  const name = stringAt(metadata, 'name') ?? '';
  const nameProblem = resource === 'namespaces' ? dnsLabelProblem : dnsSubdomainProblem;
  const errors = name === '' ? [required('metadata.name', 'name or generateName is required')] : [];
  if (name !== '') errors.push(...checkEach([['metadata.name', name]], nameProblem));
  errors.push(...validateLabels('metadata.labels', stringsAt(metadata, 'labels')));
  const annotationKeys = Object.keys(stringsAt(metadata, 'annotations'));
  errors.push(
    ...checkEach(
      annotationKeys.map((key) => ['metadata.annotations', key.toLowerCase()]),
      qualifiedNameProblem,
    ),
  );
  return [...errors, ...validateOwners(listAt(metadata, 'ownerReferences'))];
}

export function validateLabels(field: string, labels: Record<string, string>): FieldError[] {
  return [
    ...checkEach(
      Object.keys(labels).map((key) => [field, key]),
      qualifiedNameProblem,
    ),
    ...checkEach(
      Object.values(labels).map((value) => [field, value]),
      labelValueProblem,
    ),
  ];
}

function validateOwners(owners: Draft[]): FieldError[] {
  const errors = owners.flatMap((owner, i) =>
    ['apiVersion', 'kind', 'name', 'uid'].flatMap((key) =>
      stringAt(owner, key)
        ? []
        : [invalidValue(`metadata.ownerReferences[${i}].${key}`, '', `${key} must not be empty`)],
    ),
  );
  if (owners.filter((owner) => owner.controller === true).length > 1) {
    errors.push(
      invalidValue('metadata.ownerReferences', owners, 'Only one reference can have Controller set to true'),
    );
  }
  return errors;
}
