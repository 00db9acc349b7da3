import type { ExecutionReply, ProcMetadata } from '@app/contract';
import { procMetadata } from '@app/contract';
import { AppError } from '@app/domain';
import { describe, expect, it } from '@jest/globals';
import { parseYamlMap } from '../args/parse-yaml-map.js';
import { toJsonLine } from './json-line.js';
import { maskToken } from './mask-token.js';
import { asAppError, renderError } from './render-error.js';
import { endLine, historyRow, renderExecution } from './render-execution.js';
import { renderProc, renderProcList } from './render-proc.js';
import { renderTemplate } from './render-template.js';
import { displayWidth, formatTable } from './table.js';

function aProc(more: object = {}): ProcMetadata {
  return procMetadata.parse({
    name: 'greet',
    description: 'Says\nhello\x1b[2J',
    image_name: 'proctor/greet:1',
    env_vars: {
      args: [
        { name: 'WHO', description: 'Whom', required: true },
        { name: 'LANGUAGE', description: 'In: "which"\nlanguage' },
      ],
      secrets: [{ name: 'TOKEN', description: 'Its token' }],
    },
    ...more,
  });
}

const failed: ExecutionReply = {
  id: 7,
  job_name: 'greet',
  name: 'proctor-x-7',
  image_tag: 'proctor/greet:1',
  created_at: '2024-01-01T00:00:00Z',
  updated_at: '2024-01-01T00:00:05Z',
  started_at: '2024-01-01T00:00:01.000Z',
  ended_at: '2024-01-01T00:00:03.500Z',
  status: 'POD_FAILED',
  exit_code: 3,
  reason: 'Error',
};

describe('formatTable', () => {
  it('aligns columns, also with wide and combining characters', () => {
    const rows = [
      ['漢字', 'x'],
      ['e\u0301', 'y'],
    ];
    expect(formatTable(['A', 'B'], rows)).toBe('A     B\n漢字  x\ne\u0301     y\n');
  });

  it.each([
    ['abc', 3],
    ['漢', 2],
    ['🎉', 2],
    ['e\u0301', 1],
    ['', 0],
  ])('gives %j %d columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('renderProcList', () => {
  it('is a table sorted by name, without control characters', () => {
    expect(renderProcList([aProc(), aProc({ name: 'a', description: 'First' })])).toBe(
      'NAME   DESCRIPTION\na      First\ngreet  Says hello\n',
    );
  });

  it('says that there are none', () => {
    expect(renderProcList([])).toBe('There are no procs you may run.\n');
  });
});

describe('renderProc', () => {
  it('marks required arguments and shows an example command', () => {
    const text = renderProc(aProc());
    expect(text).toMatch(/^ {2}WHO {7}string {2}required {2}Whom$/m);
    expect(text).toMatch(/^ {2}LANGUAGE {2}string {12}In: "which" language$/m);
    expect(text).toContain('  proctor execute greet WHO=VALUE\n');
    expect(text).toContain('any signed-in user');
    expect(text).not.toContain('\x1b');
  });

  it('quotes the example command for a shell', () => {
    const args = [{ name: 'WHO', description: '', required: true, example: "it's $HOME; ls" }];
    const text = renderProc(aProc({ env_vars: { secrets: [], args } }));
    expect(text).toContain("  proctor execute greet 'WHO=it'\\''s $HOME; ls'\n");
  });
});

describe('renderTemplate', () => {
  it('is YAML that -f accepts, whatever the descriptions contain', () => {
    const text = renderTemplate(aProc());
    expect({ ...parseYamlMap(text, 'x') }).toEqual({ WHO: '', LANGUAGE: '' });
    expect(text).toContain('# Whom (required)\nWHO: ""');
  });
});

describe('renderExecution', () => {
  it('shows the end, aligned', () => {
    expect(renderExecution(failed)).toContain('Status     POD_FAILED\nExit code  3\nReason     Error\n');
    expect(renderExecution(failed)).toMatch(/^Took {7}2 s$/m);
  });

  it.each([
    ['2024-01-01T00:00:01.000Z', '2024-01-01T00:00:01.000Z', '< 1 s'],
    ['2024-01-01T00:00:01.000Z', '2024-01-01T00:00:01.900Z', '< 1 s'],
    ['2024-01-01T00:00:01.000Z', '2024-01-01T00:00:59.900Z', '58 s'],
    ['2024-01-01T00:00:01.100Z', '2024-01-01T00:00:01.400Z', '0.3 s'],
  ])('shows from %s to %s as %s, because Kubernetes counts whole seconds', (started_at, ended_at, took) => {
    expect(renderExecution({ ...failed, started_at, ended_at })).toMatch(
      new RegExp(`^Took {7}${took}$`, 'm'),
    );
  });

  it('omits missing fields', () => {
    const v2 = {
      ...failed,
      exit_code: undefined,
      reason: undefined,
      started_at: undefined,
      ended_at: undefined,
    };
    expect(renderExecution(v2)).not.toMatch(/Exit code|Reason|Took|undefined/);
  });
});

describe('endLine', () => {
  it.each<[Partial<ExecutionReply>, string]>([
    [{}, 'Execution 7 of greet: POD_FAILED (exit code 3, Error) after 2 s.'],
    [{ status: 'FINISHED', exit_code: 0, reason: undefined }, 'Execution 7 of greet: FINISHED after 2 s.'],
    [
      { ended_at: '2024-01-01T01:02:04Z' },
      'Execution 7 of greet: POD_FAILED (exit code 3, Error) after 1 h 2 min 3 s.',
    ],
    [
      { ended_at: '2024-01-01T00:00:01.700Z' },
      'Execution 7 of greet: POD_FAILED (exit code 3, Error) in less than 1 s.',
    ],
    [{ ended_at: undefined, exit_code: undefined }, 'Execution 7 of greet: POD_FAILED (Error).'],
  ])('%j', (more, line) => {
    expect(endLine({ ...failed, ...more })).toBe(line);
  });
});

describe('toJsonLine', () => {
  it('escapes control characters that JSON allows', () => {
    const value = { a: '\x1b[2J\x9b2J\x7f\n' };
    const line = toJsonLine(value);
    expect(line).toMatch(/^[\x20-\x7e]+\n$/);
    expect(JSON.parse(line)).toEqual(value);
  });
});

describe('renderError', () => {
  const error = new AppError('not_found', 'No proc \x1b[2Jx.', {
    hint: 'Look.',
    details: [{ field: 'A', message: 'wrong' }],
  });

  it('shows the message, the details and the hint', () => {
    expect(renderError(error, false)).toEqual({
      text: 'proctor: No proc x.\n  A: wrong\nLook.\n',
      exitCode: 5,
    });
  });

  it('is one line of JSON for programs', () => {
    const { text, exitCode } = renderError(error, true);
    expect(exitCode).toBe(5);
    expect(JSON.parse(text)).toMatchObject({ type: 'error', code: 'not_found', hint: 'Look.', exit_code: 5 });
  });

  it('never shows a stack', () => {
    const { text, exitCode } = renderError(asAppError(new TypeError('x is not a function')), false);
    expect(exitCode).toBe(70);
    expect(text).toContain('TypeError: x is not a function');
    expect(text).not.toMatch(/\bat /);
  });
});

describe('maskToken', () => {
  it.each(['', 'a', 'short', 'x'.repeat(15), 'x'.repeat(64)])(
    'never shows more than the last four of %j',
    (token) => {
      expect(maskToken(token).replace('****', '').length).toBeLessThanOrEqual(token.length >= 16 ? 4 : 0);
    },
  );
});

describe('historyRow', () => {
  const { exit_code: _exitCode, reason: _reason, ...rest } = failed;
  const ended = { ...rest, started_at: '2024-01-01T00:00:01.123Z', ended_at: '2024-01-01T00:00:03.623Z' };

  it('counts the duration of a running execution until now', () => {
    const now = Date.parse('2024-01-01T01:00:01.123Z');
    const running: ExecutionReply = { ...ended, status: 'POD_READY', ended_at: undefined };
    expect(historyRow(running, now).slice(4)).toEqual(['2024-01-01T00:00:01Z', '1 h 0 min 0 s']);
    expect(historyRow(ended, now).slice(2)).toEqual(['POD_FAILED', '', '2024-01-01T00:00:01Z', '2.5 s']);
  });

  it('says what an execution waits for, but not why one ended', () => {
    const reason = 'exceeded quota: '.repeat(9);
    const waiting: ExecutionReply = { ...rest, status: 'RECEIVED', reason };
    expect(historyRow(waiting, 0).slice(6)).toEqual([`waiting: ${reason.slice(0, 60)}…`]);
    expect(historyRow({ ...ended, reason }, 0)).toHaveLength(6);
  });
});
