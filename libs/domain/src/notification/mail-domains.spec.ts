import { describe, expect, it } from '@jest/globals';
import { isMailAllowed, parseMailDomain, withAsciiDomain } from './mail-domains.js';

describe('isMailAllowed', () => {
  const domains = ['good.com', '*.sub.org', 'bücher.example'].map((each) => parseMailDomain(each) ?? '');

  it.each([
    'a@good.com',
    'A@GOOD.COM',
    'a@good.com.',
    'a@x.sub.org',
    'a@y.x.sub.org',
    'a@bücher.example',
    'a@xn--bcher-kva.example',
  ])('allows %s', (address) => expect(isMailAllowed(address, domains)).toBe(true));

  it.each([
    ...['a@evil.com', 'a@good.com.evil.com', 'a@evilgood.com', 'a@x.good.com', 'a@sub.org', 'a@evilsub.org'],
    ...[
      'a@evil.com,b@good.com@evil.com',
      'good.com',
      '@good.com',
      'a@',
      'a@good.com/evil',
      'a@good.com#@evil.com',
    ],
    ...[
      'a@evil.com#good.com',
      'a@evil.com?good.com',
      'a@[good.com]',
      'a@good.com%2eevil.com',
      'a@.good.com',
      'a@good..com',
    ],
  ])('refuses %s', (address) => expect(isMailAllowed(address, domains)).toBe(false));

  it('allows everything where nothing is listed', () => expect(isMailAllowed('a@evil.com', null)).toBe(true));
});

describe('parseMailDomain', () => {
  it.each(['', '*', '*.', '*.*', 'a@b.c', 'a b', 'http://x', 'a*.com'])('refuses %j', (text) => {
    expect(parseMailDomain(text)).toBeNull();
  });
});

it('sends to the domain that was compared', () => {
  expect(withAsciiDomain('a@ｇood.com')).toBe('a@good.com');
});
