import { describe, expect, it } from '@jest/globals';
import { NestLogger } from './nest-logger.js';
import { captureLog } from './testing/index.js';

interface Entry {
  [key: string]: unknown;
  err?: { message?: string; stack?: string; cause?: { message?: string } };
}

function captured() {
  const { logger, lines } = captureLog();
  return { logger, lines, entries: () => lines.map((line) => JSON.parse(line) as Entry) };
}

describe('createLogger', () => {
  it('writes one JSON object per line with the name of the level, the time and the service', () => {
    const { logger, entries } = captured();
    logger.debug('not at this level');
    logger.warn({ executionId: '7' }, 'slow');
    expect(entries()).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        service: 'gateway',
        executionId: '7',
        msg: 'slow',
      },
    ]);
  });

  it('keeps the chain of causes of an error', () => {
    const { logger, entries } = captured();
    logger.error({ err: new Error('outer', { cause: new Error('inner') }) }, 'failed');
    expect(entries()[0]?.err?.message).toBe('outer');
    expect(entries()[0]?.err?.cause?.message).toBe('inner');
  });

  it.each([
    [{ token: 'hunter2' }],
    [{ request: { headers: { authorization: 'Bearer hunter2', 'access-token': 'hunter2' } } }],
    [{ req: { headers: { cookie: 'session=hunter2' } } }],
    [{ body: { secrets: { A: 'hunter2' } } }],
    [{ err: Object.assign(new Error('refused'), { config: { password: 'hunter2' } }) }],
    [{ err: new Error('outer', { cause: Object.assign(new Error('inner'), { token: 'hunter2' }) }) }],
    [{ err: Object.assign(new Error('WRONGPASS'), { command: { name: 'auth', args: ['hunter2'] } }) }],
  ])('hides secrets: %#', (entry) => {
    const { logger, lines } = captured();
    logger.info(entry, 'message');
    expect(lines.join('')).toContain('***');
    expect(lines.join('')).not.toContain('hunter2');
  });

  it('leaves the logged object as it was', () => {
    const entry = { headers: { authorization: 'Bearer x' } };
    captured().logger.info(entry);
    expect(entry.headers.authorization).toBe('Bearer x');
  });
});

describe('NestLogger', () => {
  it('uses the last argument as the context', () => {
    const { logger, entries } = captured();
    new NestLogger(logger).log('Nest application started', 'NestApplication');
    expect(entries()[0]).toMatchObject({
      level: 'info',
      context: 'NestApplication',
      msg: 'Nest application started',
    });
  });

  it('keeps a stack passed as text, and an error passed as the message', () => {
    const { logger, entries } = captured();
    const nest = new NestLogger(logger);
    nest.error('it broke', 'Error: it broke\n    at x', 'ExceptionHandler');
    nest.error(new Error('thrown'), 'ExceptionHandler');
    expect(entries()[0]).toMatchObject({ stack: 'Error: it broke\n    at x', context: 'ExceptionHandler' });
    expect(entries()[1]?.err?.stack).toContain('thrown');
  });
});
