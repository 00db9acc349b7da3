import { describe, expect, it } from '@jest/globals';
import {
  checkSecurityLevel,
  completeSecurity,
  NO_SECURITY_SETTINGS,
  parseIdRanges,
  type SecurityDefaults,
  type SecuritySettings,
} from './security-settings.js';

const UNSET: SecurityDefaults = {
  level: 'restricted',
  runAsUser: null,
  runAsGroup: null,
  fsGroup: null,
  readOnlyRootFilesystem: false,
};
const own = (changes: Partial<SecuritySettings>) => ({ ...NO_SECURITY_SETTINGS, ...changes });

describe('completeSecurity', () => {
  it.each<[string, Partial<SecurityDefaults>, Partial<SecuritySettings>, Partial<SecuritySettings>]>([
    ['leaves baseline to the image', { level: 'baseline' }, {}, {}],
    [
      'runs nothing as root at restricted',
      {},
      {},
      { runAsUser: 65_532, runAsGroup: 65_532, runAsNonRoot: true },
    ],
    ['lets the image name its user', { runAsUser: 'image', runAsGroup: 'image' }, {}, { runAsNonRoot: true }],
    [
      'prefers the proc',
      { runAsUser: 5, runAsGroup: 6, fsGroup: 7, readOnlyRootFilesystem: true },
      { runAsUser: 1, runAsGroup: 2, fsGroup: 3, readOnlyRootFilesystem: false },
      { runAsUser: 1, runAsGroup: 2, fsGroup: 3, readOnlyRootFilesystem: false, runAsNonRoot: true },
    ],
    [
      'fills in the rest',
      { level: 'baseline', runAsUser: 5, runAsGroup: 6, fsGroup: 7, readOnlyRootFilesystem: true },
      { runAsUser: 1 },
      { runAsUser: 1, runAsGroup: 6, fsGroup: 7, readOnlyRootFilesystem: true },
    ],
    [
      'gives root no other group',
      { level: 'baseline', runAsUser: 5, runAsGroup: 6 },
      { runAsUser: 0 },
      { runAsUser: 0 },
    ],
  ])('%s', (_name, defaults, security, expected) => {
    expect(completeSecurity(own(security), { ...UNSET, ...defaults })).toEqual(own(expected));
  });

  it('needs no more of a proc that asks for nothing', () => {
    expect(completeSecurity(null, UNSET)).toEqual(completeSecurity(own({}), UNSET));
  });
});

it('checkSecurityLevel names the setting that allows root', () => {
  expect(checkSecurityLevel(own({ runAsUser: 0 }), 'restricted')).toEqual([
    {
      field: 'pod.security.runAsUser',
      message:
        'run_as_user 0 (root) is not allowed at Pod Security level restricted; change it, or ask an operator to set PROCTOR_POD_SECURITY=baseline',
    },
  ]);
  expect(checkSecurityLevel(null, 'restricted')).toEqual([]);
});

describe('parseIdRanges', () => {
  it.each([
    ['1000', [{ from: 1000, to: 1000 }]],
    [
      ' 0, 2000 - 2999 ',
      [
        { from: 0, to: 0 },
        { from: 2000, to: 2999 },
      ],
    ],
    ['2-1', undefined],
    ['1,', undefined],
    ['-1', undefined],
    ['2147483648', undefined],
    ['nobody', undefined],
  ])('%j', (text, expected) => expect(parseIdRanges(text)).toEqual(expected));
});
