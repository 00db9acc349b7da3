import { describe, expect, it } from '@jest/globals';
import { readEnv } from '../env.js';
import { refusalOf } from '../../../libs/domain/src/testing/index.js';
import type { ConfigValues } from './config-keys.js';
import { parseHost } from './parse-host.js';
import { credentialsFrom, resolveValues } from './resolve-config.js';

const full: ConfigValues = { PROCTOR_HOST: 'localhost:5000', EMAIL_ID: 'a@b.c', ACCESS_TOKEN: 'from-file' };

describe('resolveValues', () => {
  it('takes environment before file before default', () => {
    expect(
      resolveValues({ ...full, CONNECTION_TIMEOUT_SECS: '5' }, { ACCESS_TOKEN: 'from-env' }),
    ).toMatchObject({
      ACCESS_TOKEN: { value: 'from-env', source: 'environment' },
      EMAIL_ID: { value: 'a@b.c', source: 'file' },
      CONNECTION_TIMEOUT_SECS: { value: '5', source: 'file' },
      PROC_EXECUTION_STATUS_POLL_COUNT: { value: '30', source: 'default' },
    });
  });
});

describe('credentialsFrom', () => {
  it('reads an old v2 configuration', () => {
    expect(credentialsFrom(resolveValues(full, {}))).toEqual({
      baseUrl: 'http://localhost:5000',
      email: 'a@b.c',
      token: 'from-file',
      timeoutMs: 10_000,
      statusPollCount: 30,
      caFile: null,
    });
  });

  it('names every missing key', () => {
    const error = refusalOf(() => credentialsFrom(resolveValues({ EMAIL_ID: 'a@b.c' }, {})));
    expect(error.code).toBe('unauthenticated');
    expect(error.message).toContain('PROCTOR_HOST, ACCESS_TOKEN');
  });

  it.each<[ConfigValues, string]>([
    [{ PROCTOR_HOST: 'ftp://x' }, 'PROCTOR_HOST'],
    [{ ACCESS_TOKEN: 'two\nlines' }, 'ACCESS_TOKEN'],
    [{ ACCESS_TOKEN: 'tökenü' }, 'ACCESS_TOKEN'],
    [{ CONNECTION_TIMEOUT_SECS: '0' }, 'CONNECTION_TIMEOUT_SECS'],
    [{ CONNECTION_TIMEOUT_SECS: 'soon' }, 'CONNECTION_TIMEOUT_SECS'],
    [{ PROC_EXECUTION_STATUS_POLL_COUNT: '1.5' }, 'PROC_EXECUTION_STATUS_POLL_COUNT'],
  ])('refuses %j without quoting the value', (wrong, field) => {
    const error = refusalOf(() => credentialsFrom(resolveValues({ ...full, ...wrong }, {})));
    expect(error.details.map((detail) => detail.field)).toEqual([field]);
    expect(JSON.stringify([error.message, error.details])).not.toMatch(/lines|tökenü/);
  });
});

describe('parseHost', () => {
  it.each([
    ['localhost:5000', 'http://localhost:5000'],
    ['example.com', 'http://example.com'],
    ['http://example.com/', 'http://example.com'],
    ['https://example.com/proctor/', 'https://example.com/proctor'],
    ['[::1]:80', 'http://[::1]'],
  ])('accepts %s', (text, url) => {
    expect(parseHost(text)).toBe(url);
  });

  it.each(['', ' ', 'http://', 'file:///etc/passwd', 'http://u:p@x', 'x y', 'host:99999', 'http://x/?q'])(
    'refuses %j',
    (text) => {
      expect(() => parseHost(text)).toThrow('host:port');
    },
  );
});

describe('readEnv', () => {
  it('reads the folder and the overrides; an empty variable is not set', () => {
    const env = {
      LOCAL_CONFIG_DIR: '/x',
      EMAIL_ID: 'a@b.c',
      ACCESS_TOKEN: '',
      NO_COLOR: '1',
      HTTPS_PROXY: 'http://proxy:3128',
      TZ: 'Asia/Kolkata',
    };
    expect(readEnv(env)).toEqual({
      configDir: '/x',
      overrides: { EMAIL_ID: 'a@b.c' },
      noEscapes: true,
      outbound: env,
      timeZone: 'Asia/Kolkata',
    });
  });
});
