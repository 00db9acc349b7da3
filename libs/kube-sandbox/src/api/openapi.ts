import { apiVersionOf, RESOURCE_NAMES, RESOURCES } from '../objects/resources.js';

/** Where kubectl finds each group's document. */
const PATHS: Readonly<Record<string, string>> = { 'api/v1': 'v1', 'apis/batch/v1': 'batch/v1' };

/**
 * As much of OpenAPI as `kubectl create -f` asks for: whether the server checks fields itself (it looks for this
 * parameter at PATCH of the kind). It then does not check them with a schema of its own. Null: not such a path.
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
