import { describe, expect, it } from '@jest/globals';
import type { IncomingHttpHeaders } from 'node:http';
import type { ApiRequest } from './exchange.js';
import { ApiError } from '../objects/api-error.js';
import { checkRequest } from './check-request.js';

const good = { host: '127.0.0.1:4000', authorization: 'Bearer t0ken' };

function codeOf(method: string, headers: IncomingHttpHeaders, stream?: { endAfterHeaders: boolean }): number {
  const request = { method, headers, ...(stream && { stream }) } as ApiRequest;
  try {
    checkRequest(request, [4000, 5000], 't0ken');
    return 200;
  } catch (error) {
    return (error as ApiError).code;
  }
}

describe('checkRequest', () => {
  it.each<[number, string, IncomingHttpHeaders]>([
    [200, 'GET', good],
    [200, 'GET', { ...good, host: 'localhost:4000' }],
    [200, 'GET', { ...good, host: '[::1]:4000' }],
    [200, 'GET', { ...good, host: '127.0.0.1:5000' }],
    [403, 'GET', { ...good, host: 'localhost:4001' }],
    [403, 'GET', { ...good, host: 'evil.example:4000' }],
    [403, 'GET', { authorization: good.authorization }],
    [403, 'GET', { ...good, origin: 'https://127.0.0.1:4000' }],
    [401, 'GET', { host: good.host }],
    [401, 'GET', { ...good, authorization: 'Bearer other' }],
    [401, 'GET', { ...good, authorization: 'Basic t0ken' }],
    [200, 'POST', { ...good, 'content-length': '2', 'content-type': 'application/json; charset=utf-8' }],
    [415, 'POST', { ...good, 'content-length': '2', 'content-type': 'text/plain' }],
    [415, 'POST', { ...good, 'transfer-encoding': 'chunked' }],
    [200, 'DELETE', { ...good, 'content-length': '0' }],
  ])('%s: %s %j', (code, method, headers) => {
    expect(codeOf(method, headers)).toBe(code);
  });

  it.each<[number, string, IncomingHttpHeaders, boolean]>([
    [200, 'GET', { ...good, host: undefined, ':authority': '127.0.0.1:4000' }, true],
    [403, 'GET', { ...good, ':authority': 'evil.example:4000' }, true],
    [403, 'GET', { ...good, host: 'evil.example', ':authority': '127.0.0.1:4000' }, true],
    // HTTP/2 has bodies without a length.
    [415, 'POST', { ...good, 'content-type': 'text/plain' }, false],
    [200, 'POST', { ...good, 'content-type': 'application/json' }, false],
    [200, 'DELETE', good, true],
  ])('over HTTP/2 %s: %s %j, ends with its head: %s', (code, method, headers, endAfterHeaders) => {
    expect(codeOf(method, headers, { endAfterHeaders })).toBe(code);
  });
});
