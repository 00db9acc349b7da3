import { describe, expect, it } from '@jest/globals';
import { exportAuditQuery, listAuditQuery, listUsersQuery } from '@app/contract';
import { parseQuery } from './parse-query.js';

/** As Fastify parses it: without a prototype. */
const query = (parameters: Record<string, unknown>) =>
  Object.assign(Object.create(null) as object, parameters);

describe('parseQuery', () => {
  it('accepts the parameters of the schema', () => {
    expect(parseQuery(listUsersQuery, query({ limit: '3', cursor: 'a@b.c' }))).toEqual({
      limit: 3,
      cursor: 'a@b.c',
    });
    expect(parseQuery(exportAuditQuery, query({}))).toEqual({});
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['an unknown parameter', { actors: 'a' }, 'actors'],
    ['__proto__', { ['__proto__']: 'a' }, '__proto__'],
    ['constructor', { constructor: 'a' }, 'constructor'],
    ['a repeated parameter', { actor: ['a', 'b'] }, 'actor'],
    ['an empty parameter', { actor: '' }, 'actor'],
    ['a limit that is too large', { limit: '501' }, 'limit'],
    ['an invalid time', { since: 'yesterday' }, 'since'],
  ])('refuses %s', (_name, parameters, field) => {
    expect(() => parseQuery(listAuditQuery, query(parameters))).toThrow(
      expect.objectContaining({ code: 'malformed_request', details: [expect.objectContaining({ field })] }),
    );
  });

  it('reports every problem at once', () => {
    const parse = () => parseQuery(listAuditQuery, query({ actors: 'a', limit: '0', until: 'x' }));
    expect(parse).toThrow(
      expect.objectContaining({
        details: ['actors', 'until', 'limit'].map((field) => expect.objectContaining({ field })),
      }),
    );
  });
});
