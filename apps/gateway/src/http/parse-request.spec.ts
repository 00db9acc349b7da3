import { describe, expect, it } from '@jest/globals';
import { routes } from '@app/contract';
import { refusalOf } from '../../../../libs/domain/src/testing/index.js';
import { parseBody } from './parse-request.js';

const parse = (body: unknown) => parseBody(routes.submitExecution, Buffer.from(JSON.stringify(body)));

describe('parseBody', () => {
  it('names each invalid field', () => {
    const { code, details } = refusalOf(() => parse({ name: 'p', args: { '1': 'x', A: 7 } }));
    expect(code).toBe('malformed_request');
    expect(details.map(({ field }) => field)).toEqual(['args.1', 'args.A']);
  });

  it('limits the details of a body with very many problems', () => {
    const names = Array.from({ length: 50_000 }, (_, index): [string, number] => [`-${index}`, 1]);
    const { details } = refusalOf(() => parse({ name: 'p', args: Object.fromEntries(names) }));
    expect(details).toHaveLength(100);
  });
});
