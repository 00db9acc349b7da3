import { describe, expect, it } from '@jest/globals';
import { readEnv } from './env.js';

describe('readEnv', () => {
  it('reads the variables and fills in the defaults', () => {
    const env = { PROCTOR_SANDBOX_DATA_DIR: '/d', PROCTOR_SANDBOX_PROCS_DIR: '/p' };
    expect(readEnv(env)).toEqual({
      ...{ port: 0, dataDir: '/d', procsDir: '/p' },
      ...{ namespaces: ['default'], containers: 'processes' },
    });
    expect(readEnv({ ...env, PROCTOR_SANDBOX_CONTAINERS: 'null' })).toMatchObject({ containers: 'null' });
    const { namespaces } = readEnv({ ...env, PROCTOR_SANDBOX_NAMESPACE: 'procs, reports,' });
    expect(namespaces).toEqual(['procs', 'reports']);
  });

  it('lists every problem', () => {
    expect(() => readEnv({ PROCTOR_SANDBOX_PORT: 'x', PROCTOR_SANDBOX_CONTAINERS: 'none' })).toThrow(
      /PROCTOR_SANDBOX_PORT[^]*DATA_DIR[^]*PROCS_DIR[^]*CONTAINERS must be processes or null, not "none"/,
    );
  });
});
