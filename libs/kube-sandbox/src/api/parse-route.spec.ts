import { describe, expect, it } from '@jest/globals';
import { parseRoute, parseTarget, verbOf } from './parse-route.js';

function read(method: string, url: string): string {
  const { pathname, searchParams } = new URL(url, 'https://localhost');
  const route = parseRoute(pathname);
  if (!route) return 'nowhere';
  const { resource, namespace = '*', name = '', subresource = '' } = route;
  return `${verbOf(method, route, searchParams)} ${namespace}/${resource}/${name}${subresource && `/${subresource}`}`;
}

describe('parseRoute and verbOf', () => {
  it.each([
    ['GET', '/api/v1/namespaces/n/pods', 'list n/pods/'],
    ['GET', '/api/v1/namespaces/n/pods?watch=1', 'watch n/pods/'],
    ['GET', '/api/v1/namespaces/n/pods/p', 'get n/pods/p'],
    ['GET', '/api/v1/namespaces/n/pods/p/log', 'get n/pods/p/log'],
    ['POST', '/api/v1/namespaces/n/pods/p/eviction', 'create n/pods/p/eviction'],
    ['GET', '/api/v1/namespaces/n/pods/p/eviction', 'null n/pods/p/eviction'],
    ['GET', '/api/v1/pods', 'list */pods/'],
    ['GET', '/apis/batch/v1/jobs?watch=true', 'watch */jobs/'],
    ['POST', '/apis/batch/v1/namespaces/n/jobs', 'create n/jobs/'],
    ['DELETE', '/apis/batch/v1/namespaces/n/jobs/j', 'delete n/jobs/j'],
    ['DELETE', '/apis/batch/v1/namespaces/n/jobs', 'deletecollection n/jobs/'],
    ['GET', '/api/v1/namespaces', 'list /namespaces/'],
    ['GET', '/api/v1/namespaces/n', 'get /namespaces/n'],
    ['POST', '/api/v1/namespaces', 'create /namespaces/'],
    ['PATCH', '/api/v1/namespaces/n/pods/p', 'null n/pods/p'],
    ['POST', '/api/v1/pods', 'null */pods/'],
    ['GET', '/api/v1/namespaces/n/jobs', 'nowhere'],
    ['GET', '/apis/batch/v1/namespaces/n/pods', 'nowhere'],
    ['GET', '/api/v1/namespaces/n/pods/p/exec', 'nowhere'],
    ['GET', '/api/v1/pods/p', 'nowhere'],
    ['GET', '/api/v2/pods', 'nowhere'],
    ['GET', '/', 'nowhere'],
  ])('%s %s → %s', (method, url, expected) => {
    expect(read(method, url)).toBe(expected);
  });

  it.each([
    '/api/v1/namespaces/%/pods',
    '/api/v1/namespaces/n/pods/%zz',
    '/apis/batch/v1/namespaces/n/jobs/%C3%28',
  ])('refuses the broken escape in %s', (path) =>
    expect(() => parseRoute(path)).toThrow(expect.objectContaining({ code: 400 })),
  );
});

describe('parseTarget', () => {
  it('reads a path and its query', () => {
    const { pathname, query } = parseTarget('/api/v1/pods?watch=1&labelSelector=a%3Db');
    expect([pathname, query.get('watch'), query.get('labelSelector')]).toEqual(['/api/v1/pods', '1', 'a=b']);
    expect(parseTarget('//evil.example/api').pathname).toBe('//evil.example/api');
    expect(parseTarget('//').pathname).toBe('//');
  });

  it.each(['', '*', 'https://[bad/api', 'api/v1'])('refuses %j', (target) =>
    expect(() => parseTarget(target)).toThrow(expect.objectContaining({ code: 400 })),
  );
});
