import { AppError } from '@app/domain';
import { describe, expect, it } from '@jest/globals';
import { executionIdText, isPossibleExecutionId } from './execution-id.js';
import { executionReply, submitExecutionBody } from './execution.js';
import { detailsFromIssues } from './issue-details.js';
import { MAX_ENV_COUNT, MAX_ENV_TOTAL_BYTES, MAX_ENV_VALUE_BYTES } from './limits.js';
import { errorCodeOf, problem, problemFromError } from './problem.js';
import { pathOf } from './routes.js';
import { setSecretsBody } from './secret.js';

function wrongWith(args: unknown, more: object = {}) {
  const { error } = submitExecutionBody.safeParse({ name: 'p', args, ...more });
  return detailsFromIssues(error?.issues ?? []).map(({ field }) => field);
}

describe('submitExecutionBody', () => {
  it.each([undefined, null, {}])('treats args %j as empty', (args) => {
    expect(submitExecutionBody.parse({ name: 'p', args }).args).toEqual({});
  });

  it('keeps every value unchanged', () => {
    const args = { A: 'pa$$word $(HOME)', B: '', C: 'ü\n\t"', constructor: 'x' };
    expect(submitExecutionBody.parse({ name: 'p', args }).args).toEqual(args);
  });

  it('returns args without inherited properties', () => {
    expect(submitExecutionBody.parse({ name: 'p', args: {} }).args['constructor']).toBeUndefined();
  });

  it('accepts v2 bodies with a null callback', () => {
    expect(submitExecutionBody.parse({ name: 'p', callback_url: null }).callback_url).toBeUndefined();
  });

  it.each(['http://h/a\0b', 'http://h/\ud800', `http://h/${'x'.repeat(2_000)}`])(
    'refuses the callback %j',
    (callback_url) => {
      expect(wrongWith({}, { callback_url })).toEqual(['callback_url']);
    },
  );

  it.each<[unknown, string]>([
    [JSON.parse('{"__proto__": "x"}'), 'args.__proto__'],
    [{ 'A B': 'x' }, 'args.A B'],
    [{ '1A': 'x' }, 'args.1A'],
    [{ '': 'x' }, 'args.'],
    [{ A: {} }, 'args.A'],
    [{ A: [1] }, 'args.A'],
    [{ A: null }, 'args.A'],
    [{ A: 'a\0b' }, 'args.A'],
    [{ A: '\ud800' }, 'args.A'],
    [{ A: 'é'.repeat(MAX_ENV_VALUE_BYTES / 2) + 'x' }, 'args.A'],
    [Object.fromEntries(Array.from({ length: MAX_ENV_COUNT + 1 }, (_, n) => [`A${n}`, ''])), 'args'],
    [['x'], 'args'],
    ['x', 'args'],
  ])('refuses args %j', (args, field) => {
    expect(wrongWith(args)).toEqual([field]);
  });

  it('limits the total size of all values', () => {
    const fits = MAX_ENV_TOTAL_BYTES / MAX_ENV_VALUE_BYTES;
    const full = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`A${n}`, 'x'.repeat(MAX_ENV_VALUE_BYTES)]));
    expect(wrongWith(full(fits))).toEqual([]);
    expect(wrongWith(full(fits + 1))).toEqual(['args']);
  });
});

describe('setSecretsBody', () => {
  it('rejects __proto__ and treats null as empty', () => {
    const body: unknown = JSON.parse('{"job_name": "p", "secrets": {"__proto__": "x"}}');
    expect(setSecretsBody.safeParse(body).success).toBe(false);
    expect(setSecretsBody.parse({ job_name: 'p', secrets: null }).secrets).toEqual({});
  });
});

describe('executionIdText', () => {
  it.each([
    ['7', '7'],
    ['007', '7'],
    ['9007199254740991', '9007199254740991'],
  ])('reads %s as %s', (text, id) => {
    expect(executionIdText.parse(text)).toBe(id);
    expect(isPossibleExecutionId(id)).toBe(true);
  });

  it.each(['0', '9007199254740992', '18446744073709551615'])('accepts %s, which no execution has', (text) => {
    expect(executionIdText.parse(text)).toBe(text);
    expect(isPossibleExecutionId(text)).toBe(false);
  });

  it.each(['', '-1', '1.0', 'abc', '0x1', '18446744073709551616', '1'.repeat(65)])(
    'refuses %j as v2 did',
    (text) => {
      const { error } = executionIdText.safeParse(text);
      expect(error?.issues.map((issue) => issue.message)).toContain(
        'Failed to translate path parameter to uint64',
      );
    },
  );
});

describe('executionReply', () => {
  const v2 = {
    id: 7,
    job_name: 'p',
    name: 'proctor-x-7',
    image_tag: 'proctor/p:1',
    created_at: '2024-01-01T00:00:00Z',
    updated_at: '2024-01-01T00:00:00.123+01:00',
    status: 'POD_FAILED',
  };

  it('accepts what v2 sends', () => {
    expect(executionReply.parse(v2)).toEqual(v2);
  });

  it.each([{ id: '7' }, { id: 2 ** 53 }, { status: 'DONE' }, { created_at: 'yesterday' }])(
    'refuses %j',
    (wrong) => {
      expect(executionReply.safeParse({ ...v2, ...wrong }).success).toBe(false);
    },
  );
});

describe('problemFromError', () => {
  it('contains the error and its code', () => {
    const error = new AppError('invalid_args', 'No arg X.', {
      hint: 'Look.',
      details: [{ field: 'X', message: 'unknown' }],
    });
    const wire = problem.parse(JSON.parse(JSON.stringify(problemFromError(error, 400))));
    expect(wire).toMatchObject({ status: 400, detail: 'No arg X.', hint: 'Look.', errors: error.details });
    expect(errorCodeOf(wire)).toBe('invalid_args');
    expect(errorCodeOf({ type: 'about:blank' })).toBeNull();
  });
});

describe('pathOf', () => {
  it('escapes params and query', () => {
    expect(pathOf('getExecutionStatus', { id: '7/..' })).toBe('/execution/7%2F../status');
    expect(pathOf('streamExecutionLogs', {}, { context_id: '7&x' })).toBe('/execution/logs?context_id=7%26x');
  });
});
