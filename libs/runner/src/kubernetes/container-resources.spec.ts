import { describe, expect, it } from '@jest/globals';
import type { PodResources } from '@app/domain';
import { mergeResources } from './container-resources.js';

const DEFAULTS = { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '1Gi' } };

describe('mergeResources', () => {
  it.each<[string, Partial<PodResources>, Partial<PodResources>]>([
    ['nothing: the defaults', {}, {}],
    [
      'both',
      { requests: { cpu: '2' }, limits: { cpu: '3' } },
      { requests: { cpu: '2', memory: '128Mi' }, limits: { cpu: '3', memory: '1Gi' } },
    ],
    [
      'a limit below the default request: the request follows',
      { limits: { memory: '64Mi' } },
      { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '1', memory: '64Mi' } },
    ],
    [
      'a limit above the default request: that stays',
      { limits: { memory: '2Gi' } },
      { limits: { cpu: '1', memory: '2Gi' } },
    ],
    [
      'a request above the default limit: the limit follows',
      { requests: { cpu: '1500m' } },
      { requests: { cpu: '1500m', memory: '128Mi' }, limits: { cpu: '1500m', memory: '1Gi' } },
    ],
    [
      'a request within the default limit',
      { requests: { cpu: '1000m' } },
      { requests: { cpu: '1000m', memory: '128Mi' } },
    ],
    [
      'a resource without defaults',
      { limits: { 'example.com/gpu': '1' } },
      { limits: { cpu: '1', memory: '1Gi', 'example.com/gpu': '1' } },
    ],
  ])('%s', (_name, stated, expected) => {
    expect(mergeResources({ requests: {}, limits: {}, ...stated }, DEFAULTS)).toEqual({
      ...DEFAULTS,
      ...expected,
    });
  });

  it('uses the defaults when the proc states nothing', () => {
    expect(mergeResources(null, DEFAULTS)).toEqual(DEFAULTS);
    expect(mergeResources(null, { limits: { cpu: '1' } })).toEqual({ requests: {}, limits: { cpu: '1' } });
  });
});
