import { CREDENTIALS_HINT } from '@app/contract';
import { GatewayError } from '@app/gateway-client';
import { describe, expect, it } from '@jest/globals';
import { hintFor } from './hint-for.js';

const refused = (code: ConstructorParameters<typeof GatewayError>[1], more: object = {}) =>
  new GatewayError('refused', code, 'No.', more);

describe('hintFor', () => {
  it.each([
    ['a gateway that is away', new GatewayError('unreachable', 'unavailable', ''), 'PROCTOR_HOST is right'],
    ['a redirect', new GatewayError('redirected', 'unavailable', ''), 'Set PROCTOR_HOST'],
    ['another server', new GatewayError('unexpected_reply', 'unavailable', ''), 'proctor config show'],
    ['a lost log', new GatewayError('log_lost', 'unavailable', '', { executionId: '7' }), 'proctor logs 7'],
    [
      'an unknown end',
      new GatewayError('end_unknown', 'unavailable', '', { executionId: '7' }),
      'proctor status 7',
    ],
    [
      'an expired sign-in',
      refused('unauthenticated', { scheme: 'bearer' }),
      'has expired. Run `proctor login`',
    ],
    [
      'a wrong token',
      refused('unauthenticated', { scheme: 'token', hint: 'Send Access-Token.' }),
      'Run `proctor login` or `proctor config`',
    ],
    ["the gateway's own hint", refused('forbidden', { hint: 'Ask Ann.' }), 'Ask Ann.'],
    ['a missing group', refused('forbidden'), 'proctor whoami'],
  ])('says what to do about %s', (_, failure, hint) => {
    expect(hintFor(failure)).toContain(hint);
  });

  it("shows the gateway's own hint of a 401 first, unless it names the headers that the CLI sends", () => {
    const hinted = (hint: string) => hintFor(refused('unauthenticated', { scheme: 'token', hint }));
    expect(hinted('Ask Ann for an account.')).toMatch(/^Ask Ann for an account\. Run `proctor login` or/);
    expect(hinted(CREDENTIALS_HINT)).toMatch(/^Run `proctor login` or/);
  });

  it('is silent where the message says it all', () => {
    expect(hintFor(refused('not_found'))).toBeUndefined();
  });
});
