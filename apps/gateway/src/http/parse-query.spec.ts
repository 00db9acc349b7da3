import { describe, expect, it } from '@jest/globals';
import { exportAuditQuery, listAuditQuery, listUsersQuery } from '@app/contract';
import { parseQuery } from './parse-query.js';

/** As Fastify gives it. */
const query = (parameters: Record<string, unknown>) =>
  Object.assign(Object.create(null) as object, parameters);

describe('parseQuery', () => {
  it('takes what the schema names', () => {
    expect(parseQuery(listUsersQuery, query({ limit: '3', cursor: 'a@b.c' }))).toEqual({
      limit: 3,
      cursor: 'a@b.c',
    });
    expect(parseQuery(exportAuditQuery, query({}))).toEqual({});
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['a parameter that there is not', { actors: 'a' }, 'actors'],
    ['a prototype', { ['__proto__']: 'a' }, '__proto__'],
    ['a constructor', { constructor: 'a' }, 'constructor'],
    ['one that is given twice', { actor: ['a', 'b'] }, 'actor'],
    ['one that is empty', { actor: '' }, 'actor'],
    ['a page that is too large', { limit: '501' }, 'limit'],
    ['a time that is none', { since: 'yesterday' }, 'since'],
  ])('refuses %s', (_name, parameters, field) => {
    expect(() => parseQuery(listAuditQuery, query(parameters))).toThrow(
      expect.objectContaining({ code: 'malformed_request', details: [expect.objectContaining({ field })] }),
    );
  });

  it('tells of all that is wrong at once', () => {
    const parse = () => parseQuery(listAuditQuery, query({ actors: 'a', limit: '0', until: 'x' }));
    expect(parse).toThrow(
      expect.objectContaining({
        details: ['actors', 'until', 'limit'].map((field) => expect.objectContaining({ field })),
      }),
    );
  });
});
