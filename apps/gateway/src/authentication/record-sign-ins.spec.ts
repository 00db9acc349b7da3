import { describe, expect, it } from '@jest/globals';
import type { User } from '@app/domain';
import { createLogger } from '@app/platform';
import { RecordSignIns } from './record-sign-ins.js';

const ADA: User = { email: 'ada@example.org', name: 'Ada', active: true, groups: ['ops'] };

function start(fails = false) {
  const written: User[] = [];
  let nowMs = 0;
  const store = {
    note: async (user: User) => {
      written.push(user);
      if (fails) throw new Error('Postgres is away');
    },
  };
  const log = createLogger({ service: 'test', level: 'fatal' });
  const signIns = new RecordSignIns(store, 'oidc', log, () => nowMs);
  return { written, signIns, later: (ms: number) => (nowMs += ms) };
}

describe('RecordSignIns', () => {
  it('writes an unchanged user once a minute', () => {
    const { written, signIns, later } = start();
    signIns.note(ADA);
    later(59_999);
    signIns.note({ ...ADA });
    expect(written).toHaveLength(1);
    later(1);
    signIns.note(ADA);
    expect(written).toHaveLength(2);
  });

  it('writes at once when groups or the active state change', () => {
    const { written, signIns } = start();
    signIns.note(ADA);
    signIns.note({ ...ADA, groups: [] });
    signIns.note({ ...ADA, groups: [], active: false });
    signIns.note({ ...ADA, email: 'bob@example.org' });
    expect(written).toHaveLength(4);
  });

  it('retries after a failed write', async () => {
    const { written, signIns } = start(true);
    signIns.note(ADA);
    await new Promise(setImmediate);
    signIns.note(ADA);
    expect(written).toHaveLength(2);
  });
});
