import { procMetadata } from '@app/contract';
import { expect, it } from '@jest/globals';
import { findProcs } from './find-procs.js';

const proc = (name: string, description = '', args: string[] = [], groups: string[] = []) =>
  procMetadata.parse({
    name,
    description,
    image_name: 'x:1',
    env_vars: { args: args.map((arg) => ({ name: arg })) },
    authorized_groups: groups,
  });

const procs = [
  proc('restart', 'Restarts a service', ['SERVICE'], ['ops']),
  proc('backup', 'Before a restart', ['TABLE']),
  proc('purge', 'Purges caches', ['CACHE'], ['web ops']),
];

it.each([
  ['', ['backup', 'purge', 'restart']],
  ['restart', ['restart', 'backup']],
  ['RESTART serv', ['restart']],
  ['table', ['backup']],
  ['ops', ['purge', 'restart']],
  ['nothing', []],
])('finds for %j: %j', (text, names) => {
  expect(findProcs(procs, text).map(({ name }) => name)).toEqual(names);
});
