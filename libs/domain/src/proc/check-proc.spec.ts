import { describe, expect, it } from '@jest/globals';
import { checkProc as checkProcWith } from './check-proc.js';
import { DEFAULT_POD_SETTINGS } from './pod-settings.js';
import { plainArg, plainProc, type Proc } from './proc.js';

const checkProc = (checked: Proc) =>
  checkProcWith(
    checked,
    (pattern) => (pattern === '(' ? 'a bracket is open' : null),
    (pattern, value) => new RegExp(`^(?:${pattern})$`, 'u').test(value),
  );

const proc = plainProc('say-hello-world', {
  description: 'Says hello',
  args: [plainArg('NAME')],
  secrets: [{ name: 'API_KEY', description: '' }],
  authorizedGroups: ['proctor_maintainer'],
});

const secret = (name: string) => ({ name, description: '' });

describe('checkProc', () => {
  it.each<[string, Partial<Proc>]>([
    ['a plain proc', {}],
    ['no args, secrets and groups', { args: [], secrets: [], authorizedGroups: [] }],
    ['the smallest limits', { timeoutSeconds: 1, retries: 0, concurrency: { limit: 1, whenFull: 'queue' } }],
    ['the most retries', { retries: 100 }],
    ['a name of one letter', { name: 'a' }],
  ])('accepts %s', (_name, change) => {
    expect(checkProc({ ...proc, ...change })).toEqual([]);
  });

  it.each<[string, Partial<Proc>, string[]]>([
    ['an empty name', { name: '' }, ['name']],
    ['a name that does not fit into a path', { name: 'a/b' }, ['name']],
    ['a name that ends in a dot', { name: 'a.' }, ['name']],
    ['an image with capitals', { imageName: 'Proctor/Hello' }, ['imageName']],
    ['an arg declared twice', { args: [plainArg('A'), plainArg('A')] }, ['args.1.name']],
    ['a secret declared twice', { secrets: [secret('A'), secret('A')] }, ['secrets.1.name']],
    ['one name as arg and secret', { args: [plainArg('A')], secrets: [secret('A')] }, ['secrets.0.name']],
    ['a reserved arg', { args: [plainArg('EXECUTION_ID')] }, ['args.0.name']],
    ['a refused secret', { secrets: [secret('LD_PRELOAD')] }, ['secrets.0.name']],
    ['an invalid arg', { args: [plainArg('A B')] }, ['args.0.name']],
    ['a group without a name', { authorizedGroups: ['a', ' '] }, ['authorizedGroups.1']],
    ['a group that reads as another one', { authorizedGroups: ['a', 'b\u202ea'] }, ['authorizedGroups.1']],
    ['no time to run', { timeoutSeconds: 0 }, ['timeoutSeconds']],
    ['part of a second', { timeoutSeconds: 1.5 }, ['timeoutSeconds']],
    ['negative retries', { retries: -1 }, ['retries']],
    ['too many retries', { retries: 101 }, ['retries']],
    ['no number', { retries: NaN }, ['retries']],
    ['a limit of none', { concurrency: { limit: 0, whenFull: 'refuse' } }, ['concurrency.limit']],
    [
      'an arg whose type does not fit',
      { args: [plainArg('A'), plainArg('B', { type: 'enum' })] },
      ['args.1.options'],
    ],
    ['a pattern that does not compile', { args: [plainArg('A', { pattern: '(' })] }, ['args.0.pattern']],
    [
      'a default that its own pattern refuses',
      { args: [plainArg('A', { pattern: 'a', default: 'b' })] },
      ['args.0.default'],
    ],
    [
      'a secret as a secret arg too',
      { args: [plainArg('A', { type: 'secret' })], secrets: [secret('A')] },
      ['secrets.0.name'],
    ],
    [
      'pods that Kubernetes refuses',
      { pod: { ...DEFAULT_POD_SETTINGS, serviceAccount: 'A' } },
      ['pod.serviceAccount'],
    ],
    ['several things', { name: '', retries: -1 }, ['name', 'retries']],
  ])('refuses %s', (_name, change, fields) => {
    expect(checkProc({ ...proc, ...change }).map(({ field }) => field)).toEqual(fields);
  });
});
