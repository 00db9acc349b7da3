import { describe, expect, it } from '@jest/globals';
import { checkClientVersion } from './check-client-version.js';
import { isOlder, parseClientVersion } from './client-version.js';

describe('isOlder', () => {
  it.each([
    ['v2.0.7', 'v2.0.8', true],
    ['v2.0.8', 'v2.0.8', false],
    ['2.0.10', 'v2.0.9', false],
    ['v1.10', 'v2', true],
    ['v2', 'v2.0.0', false],
    ['v2.0.8-rc.1', 'v2.0.8', true],
    ['v2.0.8', 'v2.0.8-rc.1', false],
    ['v2.0.8-rc.2', 'v2.0.8-rc.10', true],
    ['v2.0.8-1', 'v2.0.8-alpha', true],
    ['v2.0.8-alpha', 'v2.0.8-alpha.1', true],
    ['v2.0.8+build', 'v2.0.8', false],
  ])('%s than %s: %s', (version, than, expected) => {
    expect(isOlder(parseClientVersion(version)!, parseClientVersion(than)!)).toBe(expected);
  });

  it.each(['', 'v', 'banana', '2.x', 'v2..1', '2.0.8 ', 'v2.0.8-', '1.2.3.4.5', `1.${'9'.repeat(20)}`])(
    'does not parse %j',
    (text) => expect(parseClientVersion(text)).toBeUndefined(),
  );
});

describe('checkClientVersion', () => {
  const oldest = parseClientVersion('v2.0.0')!;

  it.each([undefined, '', 'v2.0.0', 'v3.1.0'])('accepts %j', (text) => {
    expect(() => checkClientVersion(text, oldest)).not.toThrow();
  });

  it('refuses an old client with the text of v2', () => {
    expect(() => checkClientVersion('v1.9.0', oldest)).toThrow(
      'Your Proctor client is using an outdated version: v1.9.0. To continue using proctor, please upgrade to latest version.',
    );
    expect(() => checkClientVersion('v1.9.0', null)).not.toThrow();
  });
});
