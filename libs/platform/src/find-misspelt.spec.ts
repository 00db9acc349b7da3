import { describe, expect, it } from '@jest/globals';
import { findMisspelt } from './find-misspelt.js';

describe('findMisspelt', () => {
  const names = [
    'PROCTOR_POSTGRES_SSL_MODE',
    'PROCTOR_REDIS_TLS',
    'PROCTOR_REDIS_TLS_CA',
    'PROCTOR_AUTH_ENABLED',
  ];

  it.each([
    ['PROCTOR_POSTGRES_SSLMODE', 'PROCTOR_POSTGRES_SSL_MODE'],
    ['proctor_auth_enabled', 'PROCTOR_AUTH_ENABLED'],
    ['PROCTOR_AUTH_ENABLE', 'PROCTOR_AUTH_ENABLED'],
    ['PROCTOR_REDIS_TLSCA', 'PROCTOR_REDIS_TLS_CA'],
    ['PROCTOR_REDIS_TLS_CA', null],
    ['PROCTOR_ANOTHER_SETTING', null],
    ['POSTGRES_SSL_MODE', null],
  ])('finds what %s means: %s', (given, meant) => {
    expect(findMisspelt(names, { [given]: 'x' })).toEqual(meant === null ? [] : [{ given, meant }]);
  });
});
