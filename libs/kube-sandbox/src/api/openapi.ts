import { apiVersionOf, RESOURCE_NAMES, RESOURCES } from '../objects/resources.js';

/** The path of each API group's document. */
const PATHS: Readonly<Record<string, string>> = { 'api/v1': 'v1', 'apis/batch/v1': 'batch/v1' };

/**
 * Answers the part of OpenAPI that `kubectl create -f` requests. kubectl looks for the `fieldValidation` parameter on the
 * kind's PATCH; if it exists, the server validates fields and kubectl does not. Null: not an OpenAPI path.
 */
export function openapiAnswer(path: string): object | null {
  if (path === '/openapi/v3') {
    const paths = Object.keys(PATHS).map(
      (name) => [name, { serverRelativeURL: `/openapi/v3/${name}` }] as const,
    );
    return { paths: Object.fromEntries(paths) };
  }
  const groupVersion = PATHS[path.replace(/^\/openapi\/v3\//, '')];
  if (!path.startsWith('/openapi/v3/') || !groupVersion) return null;
  const kinds = RESOURCE_NAMES.map((name) => RESOURCES[name]).filter(
    (one) => apiVersionOf(one) === groupVersion,
  );
  const paths = kinds.map(({ resource, group, version, kind }) => {
    const fieldValidation = { name: 'fieldValidation', in: 'query', schema: { type: 'string' } };
    const patch = {
      parameters: [fieldValidation],
      responses: {},
      'x-kubernetes-group-version-kind': { group, version, kind },
    };
    return [`/${groupVersion}/${resource}/{name}`, { patch }] as const;
  });
  return {
    openapi: '3.0.0',
    info: { title: 'kube-sandbox', version: groupVersion },
    paths: Object.fromEntries(paths),
  };
}
