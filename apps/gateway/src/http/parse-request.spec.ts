import { describe, expect, it } from '@jest/globals';
import { routes } from '@app/contract';
import { AppError } from '@app/domain';
import { parseBody } from './parse-request.js';

const bytesOf = (body: unknown) => Buffer.from(JSON.stringify(body));

function refusalOf(body: unknown): AppError {
  try {
    parseBody(routes.submitExecution, bytesOf(body));
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('the body was accepted');
}

describe('parseBody', () => {
  it('names each invalid field', () => {
    const { code, details } = refusalOf({ name: 'p', args: { '1': 'x', A: 7 } });
    expect(code).toBe('malformed_request');
    expect(details.map(({ field }) => field)).toEqual(['args.1', 'args.A']);
  });

  it('limits the details of a body with very many problems', () => {
    const names = Array.from({ length: 50_000 }, (_, index): [string, number] => [`-${index}`, 1]);
    expect(refusalOf({ name: 'p', args: Object.fromEntries(names) }).details).toHaveLength(100);
  });
});
