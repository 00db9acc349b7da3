import { describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '@app/database';
import { AppError } from '@app/domain';
import { createLogger } from '@app/platform';
import { AuditTrail } from './audit-trail.js';

const entry: AuditEntry = { actor: 'a', action: 'b', subject: 'c', allowed: false, address: null };

function trail(append: (entry: AuditEntry) => Promise<void>, now: () => number = () => 0) {
  const lines: string[] = [];
  const logger = createLogger({
    service: 'test',
    level: 'info',
    destination: { write: (line) => lines.push(line) },
  });
  return { lines, audit: new AuditTrail({ append }, logger, now) };
}

describe('AuditTrail', () => {
  it('writes 20 refusals a second and logs how many it dropped', async () => {
    const written: AuditEntry[] = [];
    let nowMs = 0;
    const { audit, lines } = trail(
      async (each) => void written.push(each),
      () => nowMs,
    );
    for (let n = 0; n < 50; n++) audit.noteRefusal(entry);
    expect(written).toHaveLength(20);
    nowMs = 1_000;
    audit.noteRefusal(entry);
    expect(written).toHaveLength(21);
    expect(lines.join('')).toContain('"dropped":30');
    await audit.drain();
    expect(lines).toHaveLength(1);
  });

  it('writes the refusals of one actor, however many another one causes', async () => {
    const written: AuditEntry[] = [];
    const { audit } = trail(async (each) => void written.push(each));
    for (let n = 0; n < 50; n++) audit.noteRefusal({ ...entry, actor: 'unknown' });
    for (let n = 0; n < 50; n++) audit.noteRefusal({ ...entry, actor: 'noisy@x.y' });
    audit.noteRefusal({ ...entry, actor: 'mallory@x.y' });
    expect(written.filter(({ actor }) => actor === 'noisy@x.y')).toHaveLength(20);
    expect(written.at(-1)).toMatchObject({ actor: 'mallory@x.y' });
  });

  it('logs failed background writes, and throws only from record', async () => {
    const { audit, lines } = trail(() => Promise.reject(new Error('away')));
    audit.note(entry);
    await audit.drain();
    expect(lines.join('')).toContain('could not write');
    await expect(audit.record(entry)).rejects.toThrow('away');
  });

  it('records a change before making it, and the refusal if it fails', async () => {
    const written: AuditEntry[] = [];
    const { audit } = trail(async (each) => void written.push(each));
    const { allowed: _, ...change } = entry;
    expect(await audit.recordChange(change, async () => written.length)).toBe(1);
    const refusal = new AppError('conflict', 'no');
    await expect(audit.recordChange(change, () => Promise.reject(refusal))).rejects.toBe(refusal);
    expect(written.map(({ allowed, details }) => [allowed, details?.['code']])).toEqual([
      [true, undefined],
      [true, undefined],
      [false, 'conflict'],
    ]);
  });

  it('makes no change that it cannot record', async () => {
    const { audit } = trail(() => Promise.reject(new Error('away')));
    let isMade = false;
    await expect(audit.recordChange(entry, async () => (isMade = true))).rejects.toThrow('away');
    expect(isMade).toBe(false);
  });
});
