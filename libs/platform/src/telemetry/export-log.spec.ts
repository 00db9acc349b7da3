import { beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '../logger.js';
import { ExportLog } from './export-log.js';

let lines: { level: string; msg: string; reason?: string; failures?: number }[];
let nowMs: number;
let log: ExportLog;

beforeEach(() => {
  lines = [];
  nowMs = 0;
  const destination = {
    write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]),
  };
  const logger = createLogger({ service: 'test', level: 'debug', destination });
  log = new ExportLog(logger, ['hunter2-hunter2', '1', ''], () => nowMs);
});

describe('ExportLog', () => {
  it('logs failures at most once a minute, with their number', () => {
    for (; nowMs < 150_000; nowMs += 1_000) log.failed(new Error('away'));
    expect(lines.map(({ level, msg, reason, failures }) => [level, msg, reason, failures])).toEqual([
      ['warn', 'could not send metrics', 'away', 1],
      ['warn', 'could not send metrics', 'away', 60],
      ['warn', 'could not send metrics', 'away', 60],
    ]);
  });

  it('logs the recovery once, if it logged a failure', () => {
    log.succeeded();
    log.failed(new Error('away'));
    log.succeeded();
    log.succeeded();
    expect(lines.map(({ msg }) => msg)).toEqual(['could not send metrics', 'sending metrics works again']);
  });

  it.each<[unknown, string]>([
    [new Error('key hunter2-hunter2 refused, 1 time'), 'key *** refused, 1 time'],
    [Object.assign(new Error(''), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [Object.assign(new Error('Forbidden'), { code: 403, data: 'hunter2-hunter2' }), '403 Forbidden'],
    [undefined, 'no reason given'],
  ])('says why: %#', (error, reason) => {
    log.failed(error);
    expect(lines[0]?.reason).toBe(reason);
    expect(JSON.stringify(lines)).not.toContain('hunter2');
  });
});
