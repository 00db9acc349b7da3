import { describe, expect, it } from '@jest/globals';
import { readOidcSettings } from './oidc-settings.js';

const NEEDED = { PROCTOR_OIDC_ISSUER: 'https://id.example.com/realm', PROCTOR_OIDC_CLIENT_ID: 'proctor' };
const problemsOf = (change: Record<string, string>) =>
  readOidcSettings({ ...NEEDED, ...change }).problems.map(({ variable, found }) => [variable, found]);

describe('readOidcSettings', () => {
  it('applies defaults', () => {
    expect(readOidcSettings(NEEDED)).toEqual({
      problems: [],
      settings: {
        issuer: 'https://id.example.com/realm',
        clientId: 'proctor',
        clientSecret: null,
        audiences: ['proctor'],
        emailClaim: 'email',
        groupsClaim: 'groups',
        scopes: 'openid email profile groups offline_access',
      },
    });
  });

  it('uses the given values', () => {
    const { settings } = readOidcSettings({
      ...NEEDED,
      PROCTOR_OIDC_CLIENT_SECRET: ' with blanks ',
      PROCTOR_OIDC_AUDIENCE: 'api://proctor',
      PROCTOR_OIDC_EMAIL_CLAIM: 'upn',
      PROCTOR_OIDC_GROUPS_CLAIM: 'realm_access.roles',
      PROCTOR_OIDC_SCOPES: 'email  openid',
    });
    expect(settings).toMatchObject({
      clientSecret: ' with blanks ',
      audiences: ['api://proctor', 'proctor'],
      emailClaim: 'upn',
      groupsClaim: 'realm_access.roles',
      scopes: 'email openid',
    });
  });

  it('keeps the issuer exactly as written, because tokens must match it', () => {
    const issuer = 'https://id.example.com/';
    expect(readOidcSettings({ ...NEEDED, PROCTOR_OIDC_ISSUER: issuer }).settings?.issuer).toBe(issuer);
  });

  it.each(['http://localhost:8080', 'http://127.0.0.1:1/x', 'http://[::1]:8080'])('takes %s', (issuer) => {
    expect(problemsOf({ PROCTOR_OIDC_ISSUER: issuer })).toEqual([]);
  });

  it.each([
    ['http://id.example.com', '"http://id.example.com"'],
    ['id.example.com', '"id.example.com"'],
    ['https://id.example.com?tenant=1', '"https://id.example.com?tenant=1"'],
    ['https://me:hunter2@id.example.com', '"https://***@id.example.com"'],
    ['', 'not set'],
  ])('refuses the issuer %j', (issuer, found) => {
    expect(problemsOf({ PROCTOR_OIDC_ISSUER: issuer })).toEqual([['PROCTOR_OIDC_ISSUER', found]]);
  });

  it('reports all problems at once', () => {
    const bad = {
      PROCTOR_OIDC_ISSUER: '',
      PROCTOR_OIDC_CLIENT_ID: ' ',
      PROCTOR_OIDC_SCOPES: 'email',
      PROCTOR_OIDC_GROUPS_CLAIM: 'a b',
    };
    expect(problemsOf(bad).map(([variable]) => variable)).toEqual([
      'PROCTOR_OIDC_ISSUER',
      'PROCTOR_OIDC_CLIENT_ID',
      'PROCTOR_OIDC_GROUPS_CLAIM',
      'PROCTOR_OIDC_SCOPES',
    ]);
  });
});
