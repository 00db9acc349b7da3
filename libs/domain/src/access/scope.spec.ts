import { describe, expect, it } from '@jest/globals';
import { coversProc, describeScope, FULL_SCOPE, includesLevel, type ScopeLevel } from './scope.js';

describe('includesLevel', () => {
  it.each<[ScopeLevel, ScopeLevel, boolean]>([
    ['read', 'read', true],
    ['read', 'execute', false],
    ['read', 'admin', false],
    ['execute', 'read', true],
    ['execute', 'execute', true],
    ['execute', 'admin', false],
    ['admin', 'read', true],
    ['admin', 'execute', true],
    ['admin', 'admin', true],
    // Stored by a later version.
    ['superb' as ScopeLevel, 'read', false],
  ])('%s includes %s: %s', (level, needed, included) => {
    expect(includesLevel({ level, procs: null }, needed)).toBe(included);
  });
});

describe('coversProc', () => {
  it('covers every proc without a limit, and otherwise those that it names', () => {
    expect(coversProc(FULL_SCOPE, 'deploy')).toBe(true);
    const limited = { level: 'execute', procs: ['deploy'] } as const;
    expect([coversProc(limited, 'deploy'), coversProc(limited, 'deploy2')]).toEqual([true, false]);
    expect(coversProc({ ...limited, procs: [] }, 'deploy')).toBe(false);
  });
});

describe('describeScope', () => {
  it('names the procs', () => {
    expect(describeScope(FULL_SCOPE)).toBe('admin');
    expect(describeScope({ level: 'execute', procs: ['deploy', 'migrate'] })).toBe(
      'execute of deploy, migrate',
    );
  });
});
