import { RESOURCE_NAMES, RESOURCES } from '../objects/resources.js';

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'watch'];
const BATCH = { groupVersion: 'batch/v1', version: 'v1' };

/** Answers the requests with which clients discover resources; null: not a discovery path. */
export function discoveryAnswer(path: string, port: number): object | null {
  switch (path.replace(/\/$/, '')) {
    case '/version':
      return VERSION;
    case '/api': {
      const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress: `127.0.0.1:${port}` }];
      return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs };
    }
    case '/apis': {
      const batch = { name: 'batch', versions: [BATCH], preferredVersion: BATCH };
      return { kind: 'APIGroupList', apiVersion: 'v1', groups: [batch] };
    }
    case '/apis/batch':
      return {
        kind: 'APIGroup',
        apiVersion: 'v1',
        name: 'batch',
        versions: [BATCH],
        preferredVersion: BATCH,
      };
    case '/api/v1':
      return resourceList('', 'v1', [
        { name: 'pods/log', singularName: '', namespaced: true, kind: 'Pod', verbs: ['get'] },
      ]);
    case '/apis/batch/v1':
      return resourceList('batch', 'batch/v1', []);
    default:
      return null;
  }
}

const VERSION = {
  major: '1',
  minor: '34',
  gitVersion: 'v1.34.0-kube-sandbox',
  gitCommit: '0000000000000000000000000000000000000000',
  gitTreeState: 'clean',
  buildDate: '2025-08-27T10:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: `${process.platform}/${process.arch}`,
};

function resourceList(group: string, groupVersion: string, subresources: object[]): object {
  const own = RESOURCE_NAMES.map((name) => RESOURCES[name]).filter(
    (definition) => definition.group === group,
  );
  const resources = own.map(({ resource, singular, namespaced, kind, shortNames, categories }) => ({
    name: resource,
    singularName: singular,
    namespaced,
    kind,
    verbs: VERBS,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories && { categories }),
  }));
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion,
    resources: [...resources, ...subresources],
  };
}
