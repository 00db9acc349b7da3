import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import {
  DEFAULT_PAGE,
  idPage,
  instant,
  instantQuery,
  MAX_PAGE,
  namePage,
  queryFlag,
  queryList,
} from './paging.js';

const page = z.object(idPage);

describe('idPage', () => {
  it('has a default size', () => expect(page.parse({})).toEqual({ limit: DEFAULT_PAGE }));

  it.each([
    ['1', 1],
    [String(MAX_PAGE), MAX_PAGE],
    ['007', 7],
  ])('takes a limit of %s', (limit, expected) => expect(page.parse({ limit })).toEqual({ limit: expected }));

  it.each(['', '0', '-1', '1.5', '1e2', ' 5', '５', String(MAX_PAGE + 1), '99999999999', ['1', '2']])(
    'refuses a limit of %j, once',
    (limit) => expect(page.safeParse({ limit }).error?.issues).toHaveLength(1),
  );

  it.each(['', 'x', '-1', '18446744073709551616'])('refuses %j as a cursor', (cursor) => {
    expect(page.safeParse({ cursor }).success).toBe(false);
  });
});

describe('namePage', () => {
  it.each(['a\0', '\ud800', 'x'.repeat(321)])('refuses %j as a cursor', (cursor) => {
    expect(z.object(namePage).safeParse({ cursor }).success).toBe(false);
  });
});

describe('queryList', () => {
  const list = z.object({ status: queryList(z.enum(['A', 'B']), 2).optional() });

  it.each<[unknown, string[] | undefined]>([
    [undefined, undefined],
    ['A', ['A']],
    ['A,B', ['A', 'B']],
    [
      ['A', 'B'],
      ['A', 'B'],
    ],
  ])('takes %j', (status, expected) => expect(list.parse({ status }).status).toEqual(expected));

  it.each(['', 'C', 'A,', 'A,B,A', ['A', 'B', 'A'], ['A,B'], [], 1, { 0: 'A' }])('refuses %j', (status) => {
    expect(list.safeParse({ status }).success).toBe(false);
  });
});

describe('queryFlag', () => {
  it.each([
    ['', true],
    ['true', true],
    ['1', true],
    ['false', false],
    ['0', false],
  ])('%j: %s', (text, expected) => expect(queryFlag.parse(text)).toBe(expected));

  it.each(['yes', 'TRUE', ['true', 'false'], true])('refuses %j', (text) => {
    expect(queryFlag.safeParse(text).success).toBe(false);
  });
});

describe.each([
  ['instant', instant],
  ['instantQuery', instantQuery],
])('%s', (_name, schema) => {
  const issuesOf = (text: string) => schema.safeParse(text).error?.issues ?? [];

  it.each(['0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59+01:00'])(
    'takes %s',
    (text) => expect(schema.parse(text)).toBe(text),
  );

  it.each([
    '0000-01-01T00:00:00Z',
    '0000-12-31T23:59:59.999Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-01:00',
    '9999-12-31T23:59:59-05:00',
  ])('refuses %s, which is in no year from 1 to 9999 in UTC', (text) => {
    expect(issuesOf(text)).toMatchObject([{ message: 'must be between the years 1 and 9999 in UTC' }]);
  });

  it.each(['', 'yesterday', '+010000-01-01T00:00:00Z', '2026-02-30T00:00:00Z'])(
    'refuses %j, once',
    (text) => {
      expect(issuesOf(text)).toHaveLength(1);
    },
  );
});
