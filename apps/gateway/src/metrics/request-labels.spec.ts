import { describe, expect, it } from '@jest/globals';
import { routes } from '@app/contract';
import { labelRequest, statusClassOf } from './request-labels.js';

describe('labelRequest', () => {
  it('labels each route of the contract with its name', () => {
    for (const [name, { method, path }] of Object.entries(routes)) {
      expect(labelRequest(method, path)).toEqual({ route: name, method });
    }
  });

  it.each<[string, string | undefined, string, string]>([
    ['HEAD', '/ping', 'ping', 'HEAD'],
    ['GET', undefined, 'unknown', 'GET'],
    ['GET', '/execution/7/status', 'unknown', 'GET'],
    ['PUT', '/ping', 'unknown', 'PUT'],
    ['BREW', '/ping', 'unknown', 'other'],
    ['GET', 'constructor', 'unknown', 'GET'],
  ])('%s %s is %s, %s', (method, path, route, label) => {
    expect(labelRequest(method, path)).toEqual({ route, method: label });
  });
});

describe('statusClassOf', () => {
  it.each([
    [101, '1xx'],
    [204, '2xx'],
    [499, '4xx'],
    [503, '5xx'],
  ])('%i is %s', (status, name) => {
    expect(statusClassOf(status)).toBe(name);
  });
});
