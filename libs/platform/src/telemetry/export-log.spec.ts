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
  it('tells of failures at most once a minute, and how many there were', () => {
    for (; nowMs < 150_000; nowMs += 1_000) log.failed(new Error('away'));
    expect(lines.map(({ level, msg, reason, failures }) => [level, msg, reason, failures])).toEqual([
      ['warn', 'metrics could not be sent', 'away', 1],
      ['warn', 'metrics could not be sent', 'away', 60],
      ['warn', 'metrics could not be sent', 'away', 60],
    ]);
  });

  it('tells once that it works again, if it told that it did not', () => {
    log.succeeded();
    log.failed(new Error('away'));
    log.succeeded();
    log.succeeded();
    expect(lines.map(({ msg }) => msg)).toEqual(['metrics could not be sent', 'metrics are sent again']);
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
