import { describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { postgresSettings, postgresVars, redisSettings, redisVars } from './connection-vars.js';
import {
  booleanVar,
  commaListVar,
  hostPortVar,
  integerVar,
  jsonMapVar,
  portVar,
  secretKeyVar,
} from './env-vars.js';
import { loadEnv } from './load-env.js';
import { logLevelVar } from './log-level.js';

const KEY = new Uint8Array(32).map((_, index) => index * 7);
const HEX = Buffer.from(KEY).toString('hex');
const BASE64 = Buffer.from(KEY).toString('base64');

const ACCEPTED: [string, z.ZodType, string, unknown][] = [
  ['booleanVar', booleanVar(), 'false', false],
  ['booleanVar', booleanVar(), 'YES', true],
  ['booleanVar', booleanVar(), '0', false],
  ['integerVar', integerVar({ min: -5 }), ' -5 ', -5],
  ['portVar', portVar, '65535', 65_535],
  ['hostPortVar', hostPortVar, 'redis.local:6379', { host: 'redis.local', port: 6379 }],
  ['hostPortVar', hostPortVar, '[::1]:6379', { host: '::1', port: 6379 }],
  ['jsonMapVar', jsonMapVar, '{"team":"data"}', { team: 'data' }],
  ['logLevelVar', logLevelVar, 'panic', 'fatal'],
  ['logLevelVar', logLevelVar, 'WARN', 'warn'],
  ['commaListVar', commaListVar, ' a, b,,c ', ['a', 'b', 'c']],
  ['secretKeyVar', secretKeyVar, HEX, KEY],
  ['secretKeyVar', secretKeyVar, BASE64, KEY],
  ['secretKeyVar', secretKeyVar, BASE64.replace('=', ''), KEY],
];

const REFUSED: [string, z.ZodType, string][] = [
  ['booleanVar', booleanVar(), 'on'],
  ['integerVar', integerVar(), '1.5'],
  ['integerVar', integerVar(), '1e3'],
  ['integerVar', integerVar(), '9007199254740993'],
  ['integerVar', integerVar({ max: 3 }), '4'],
  ['portVar', portVar, '0'],
  ['portVar', portVar, '65536'],
  ['hostPortVar', hostPortVar, 'localhost'],
  ['hostPortVar', hostPortVar, '::1:6379'],
  ['hostPortVar', hostPortVar, 'redis://localhost:6379'],
  ['jsonMapVar', jsonMapVar, '{"replicas":1}'],
  ['jsonMapVar', jsonMapVar, '["a"]'],
  ['jsonMapVar', jsonMapVar, '{'],
  ['logLevelVar', logLevelVar, 'trace'],
  ['commaListVar', commaListVar, ' , '],
  ['secretKeyVar', secretKeyVar, HEX.slice(2)],
  ['secretKeyVar', secretKeyVar, BASE64.slice(4)],
  ['secretKeyVar', secretKeyVar, 'a password of any kind, but not 32 bytes'],
];

describe('variables', () => {
  it.each(ACCEPTED)('%s accepts %#: %s', (_name, schema, text, value) => {
    expect(schema.parse(text)).toEqual(value);
  });

  it.each(REFUSED)('%s refuses %#', (_name, schema, text) => {
    expect(schema.safeParse(text).success).toBe(false);
  });

  it('takes the default of an integer when it is not set', () => {
    expect(loadEnv(z.object({ A: integerVar({ default: 7 }) }), {})).toEqual({ A: 7 });
  });
});

describe('connection settings', () => {
  it('gives the lifetime of Postgres connections in seconds', () => {
    const env = loadEnv(z.object(postgresVars), {
      PROCTOR_POSTGRES_HOST: 'db',
      PROCTOR_POSTGRES_USER: 'proctor',
      PROCTOR_POSTGRES_DATABASE: 'runs',
      PROCTOR_POSTGRES_CONNECTIONS_MAX_LIFETIME: '2',
    });
    expect(postgresSettings(env)).toEqual({
      host: 'db',
      port: 5432,
      user: 'proctor',
      password: '',
      database: 'runs',
      tls: null,
      maxConnections: 20,
      maxLifetimeSeconds: 120,
    });
  });

  it('splits the address of Redis', () => {
    const env = loadEnv(z.object(redisVars), { PROCTOR_REDIS_ADDRESS: 'cache:6380' });
    expect(redisSettings(env)).toEqual({
      host: 'cache',
      port: 6380,
      password: undefined,
      tls: null,
      maxConnections: 50,
    });
  });
});
