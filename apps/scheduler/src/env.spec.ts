import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '@app/platform';
import { REQUIRED_ENV } from '../../../libs/platform/src/testing/index.js';
import { loadSchedulerEnv } from './env.js';

describe("the scheduler's environment", () => {
  it('requires only Postgres and Redis', () => {
    expect(loadSchedulerEnv(REQUIRED_ENV)).toMatchObject({
      postgres: { host: 'db', port: 5432 },
      redis: { host: 'redis', port: 6379 },
      userShare: 500,
      health: null,
      owners: { adminGroups: ['proctor_admin'], signInTrustHours: 720 },
      recheckMinutes: 1,
      retentionDays: null,
    });
  });

  it.each([
    [{ PROCTOR_REQUIRED_ADMIN_GROUP: 'a, b' }, { owners: { adminGroups: ['a', 'b'] } }],
    [{ PROCTOR_AUTH_REQUIRED_ADMIN_GROUP: 'c' }, { owners: { adminGroups: ['c'] } }],
    [{ PROCTOR_AUTH_ENABLED: 'false' }, { owners: null }],
    [{ PROCTOR_SIGN_IN_TRUST_HOURS: '0' }, { owners: { signInTrustHours: 0 } }],
    [{ PROCTOR_SCHEDULED_JOBS_FETCH_INTERVAL_IN_MINS: '5' }, { recheckMinutes: 5 }],
    [{ PROCTOR_RETENTION_DAYS: '30' }, { retentionDays: 30 }],
  ])('takes %j', (env, expected) => {
    expect(loadSchedulerEnv({ ...REQUIRED_ENV, ...env })).toMatchObject(expected);
  });

  it('reads its limits and the address of its health endpoint', () => {
    const env = {
      ...REQUIRED_ENV,
      PROCTOR_USER_SHARE: '7',
      PROCTOR_HEALTH_HOST: '127.0.0.1',
      PROCTOR_HEALTH_PORT: '1',
    };
    expect(loadSchedulerEnv(env)).toMatchObject({ userShare: 7, health: { host: '127.0.0.1', port: 1 } });
  });

  it('reserves one of its connections for ticks', () => {
    const env = { ...REQUIRED_ENV, PROCTOR_POSTGRES_MAX_CONNECTIONS: '5' };
    expect(loadSchedulerEnv(env)).toMatchObject({
      postgres: { maxConnections: 4 },
      tickPostgres: { maxConnections: 1 },
    });
  });

  it.each([
    {},
    { ...REQUIRED_ENV, PROCTOR_USER_SHARE: '0' },
    { ...REQUIRED_ENV, PROCTOR_HEALTH_PORT: 'x' },
    { ...REQUIRED_ENV, PROCTOR_RETENTION_DAYS: '0' },
    { ...REQUIRED_ENV, PROCTOR_SCHEDULED_JOBS_FETCH_INTERVAL_IN_MINS: '0' },
    { ...REQUIRED_ENV, PROCTOR_SIGN_IN_TRUST_HOURS: '-1' },
    { ...REQUIRED_ENV, PROCTOR_AUTH_ENABLED: 'maybe' },
  ])('refuses %j', (env) => {
    expect(() => loadSchedulerEnv(env)).toThrow(ConfigurationError);
  });
});
