import { describe, expect, it } from '@jest/globals';
import { routes, stringifyJson, type ProcMetadata, type RouteName } from '@app/contract';
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

  it.each<[string, RouteName, string, string]>([
    ['names', 'submitExecution', `{"name":"p","args":{${repeat('"-#":1', 85_000)}}}`, '2000 values'],
    ['unknown fields', 'submitExecution', `{"name":"p",${repeat('"x#":1.0', 85_000)}}`, '2000 values'],
    ['days', 'createSchedule', `{"blackouts":[{"days":[${repeat('"x"', 200_000)}]}]}`, '2000 values'],
    ['procs', 'registerProcs', `[${repeat('{}', 300_000)}]`, '20000 values'],
    ['fields', 'applyPodTemplate', `{"spec":{${repeat('"a#":1', 80_000)}}}`, '10000 values'],
    ['levels', 'submitExecution', `{"name":"p","args":${'['.repeat(500_000)}`, '64 levels'],
  ])('counts %s before it parses them (%s)', (_, name, text, limit) => {
    const { details } = refusalOf(() => parseBody(routes[name], Buffer.from(text)));
    expect(details).toEqual([{ field: 'body', message: expect.stringContaining(limit) as unknown }]);
  });

  it('counts no values inside strings', () => {
    const value = `,[{\\"${','.repeat(5_000)}`;
    const body = parseBody(routes.submitExecution, Buffer.from(`{"name":"p","args":{"A":"${value}"}}`));
    expect(body).toMatchObject({ args: { A: `,[{\\"${','.repeat(5_000)}`.replace('\\"', '"') } });
  });

  it('counts the entries of an object before it checks them', () => {
    const names = Array.from({ length: 1_000 }, (_, index): [string, number] => [`-${index}`, 1]);
    const { details } = refusalOf(() => parse({ name: 'p', args: Object.fromEntries(names) }));
    expect(details).toEqual([{ field: 'args', message: 'must have at most 100 entries' }]);
  });

  it('checks no proc after the hundredth problem', () => {
    const given = Array.from({ length: 5_000 }, () => ({
      name: '',
      get image_name() {
        read += 1;
        return '';
      },
    }));
    let read = 0;
    expect(routes.registerProcs.body.safeParse(given).error?.issues).toHaveLength(100);
    expect(read).toBeLessThanOrEqual(60);
  });
});

/** `part` many times, numbered at `#`. */
function repeat(part: string, count: number): string {
  return Array.from({ length: count }, (_, n) => part.replace('#', String(n))).join(',');
}
