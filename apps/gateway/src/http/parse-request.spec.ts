import { describe, expect, it } from '@jest/globals';
import { routes, stringifyJson, type ProcMetadata } from '@app/contract';
import { refusalOf } from '../../../../libs/domain/src/testing/index.js';
import { parseBody } from './parse-request.js';

const parse = (body: unknown) => parseBody(routes.submitExecution, Buffer.from(JSON.stringify(body)));

describe('parseBody', () => {
  it('names each invalid field', () => {
    const { code, details } = refusalOf(() => parse({ name: 'p', args: { '1': 'x', A: {} } }));
    expect(code).toBe('malformed_request');
    expect(details.map(({ field }) => field)).toEqual(['args.1', 'args.A']);
  });

  it.each([
    '12345678901234567890',
    '1.0',
    '1e3',
    '-0',
    '0.50',
    '7',
    '1E+2',
    '0.1000000000000000055511151231257827',
  ])('keeps the text of the number %s', (number) => {
    const text = `{"name": "p", "args": {"A": ${number}, "B": true}}`;
    expect(parseBody(routes.submitExecution, Buffer.from(text))).toMatchObject({
      args: { A: number, B: 'true' },
    });
  });

  it('keeps the text of numbers in metadata, and reads other numbers as numbers', () => {
    const arg =
      '{"name": "A", "type": "number", "default": 1.0, "example": 1e3, "min": -0.0, "max": 1e30, "options": [1.50]}';
    const text = `[{"name": "p", "image_name": "a:1", "retries": 1.0, "timeout_seconds": 6e1, "env_vars": {"args": [${arg}]}}]`;
    const [proc] = parseBody(routes.registerProcs, Buffer.from(text)) as ProcMetadata[];
    expect(proc).toMatchObject({ retries: 1, timeout_seconds: 60 });
    expect(stringifyJson(proc?.env_vars.args[0])).toBe(
      '{"name":"A","description":"","type":"number","default":"1.0","options":["1.50"],"min":-0.0,"max":1e30,"example":"1e3"}',
    );
  });

  it.each([
    ['__proto__', '{"name": "p", "x": 1.0, "args": {"__proto__": "y"}}'],
    [
      'a nesting too deep to follow',
      `{"name": "p", "x": 1.0, "y": ${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    ],
    ['broken JSON', '{"name": "p", "args": {"A": 1.0}'],
    ['a number that is none', '{"name": "p", "args": {"A": 01.0}}'],
  ])('refuses %s beside a number whose text counts', (_, text) => {
    expect(refusalOf(() => parseBody(routes.submitExecution, Buffer.from(text))).code).toBe(
      'malformed_request',
    );
  });

  it('takes the last of two equal names, as JSON.parse does', () => {
    const text = '{"name": "p", "args": {"A": 1.0, "A": 2.0}}';
    expect(parseBody(routes.submitExecution, Buffer.from(text))).toMatchObject({ args: { A: '2.0' } });
  });

  it('limits the details of a body with very many problems', () => {
    const names = Array.from({ length: 50_000 }, (_, index): [string, number] => [`-${index}`, 1]);
    const { details } = refusalOf(() => parse({ name: 'p', args: Object.fromEntries(names) }));
    expect(details).toHaveLength(100);
  });
});
