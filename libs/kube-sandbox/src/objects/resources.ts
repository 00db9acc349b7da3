import type { ResourceName } from './kube-object.js';

export interface ResourceDefinition {
  resource: ResourceName;
  kind: string;
  group: '' | 'batch';
  version: 'v1';
  namespaced: boolean;
  singular: string;
  shortNames: readonly string[];
  categories?: readonly string[];
}

/** The resources that the sandbox serves. Discovery, routing and Status objects are derived from them. */
export const RESOURCES: { readonly [R in ResourceName]: ResourceDefinition } = {
  namespaces: define('namespaces', 'Namespace', '', false, ['ns']),
  pods: define('pods', 'Pod', '', true, ['po'], ['all']),
  secrets: define('secrets', 'Secret', '', true, []),
  configmaps: define('configmaps', 'ConfigMap', '', true, ['cm']),
  serviceaccounts: define('serviceaccounts', 'ServiceAccount', '', true, ['sa']),
  events: define('events', 'Event', '', true, ['ev']),
  jobs: define('jobs', 'Job', 'batch', true, [], ['all']),
};

export const RESOURCE_NAMES = Object.keys(RESOURCES) as ResourceName[];

function define(
  resource: ResourceName,
  kind: string,
  group: '' | 'batch',
  namespaced: boolean,
  shortNames: string[],
  categories?: string[],
): ResourceDefinition {
  return {
    resource,
    kind,
    group,
    version: 'v1',
    namespaced,
    singular: kind.toLowerCase(),
    shortNames,
    categories,
  };
}

export function apiVersionOf(definition: ResourceDefinition): string {
  return definition.group === '' ? definition.version : `${definition.group}/${definition.version}`;
}

/** A resource's name in Kubernetes' messages, e.g. `jobs.batch` or `pods`. */
export function qualifiedName(resource: ResourceName): string {
  const { group } = RESOURCES[resource];
  return group === '' ? resource : `${resource}.${group}`;
}
