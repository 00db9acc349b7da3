import { expect, it } from '@jest/globals';
import { signBody } from './sign-body.js';

it('signs time and body together', () => {
  // printf '1700000000.{}' | openssl dgst -sha256 -hmac secret
  expect(signBody('secret', '{}', 1_700_000_000_999)).toBe(
    't=1700000000,v1=b8569b78799ff9e3cbff0fc2d63a33a2b57f3282abd07c37ae5e8e7d79a5f163',
  );
  expect(signBody('secret', '{}', 1_700_000_000_000)).toBe(signBody('secret', '{}', 1_700_000_000_999));
  expect(signBody('secret', '{}', 1_700_000_001_000)).not.toBe(signBody('secret', '{}', 1_700_000_000_000));
  expect(signBody('secret', '{ }', 1_700_000_000_000)).not.toBe(signBody('secret', '{}', 1_700_000_000_000));
});
