import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isAddressAllowed, NOTHING_ALLOWED, parseAllowedTargets } from './check-address.js';

describe('isAddressAllowed', () => {
  it.each([
    '8.8.8.8',
    '93.184.215.14',
    '2606:4700:4700::1111',
    '2a00:1450:4001:80b::200e',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
  ])('allows %s', (address) => {
    expect(isAddressAllowed(address, NOTHING_ALLOWED)).toBe(true);
  });

  it.each([
    ['this host', ['0.0.0.0', '0.1.2.3', '::']],
    ['loopback', ['127.0.0.1', '127.255.255.254', '::1']],
    ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1']],
    ['link-local, such as cloud metadata', ['169.254.169.254', 'fe80::1']],
    ['carrier-grade NAT', ['100.64.0.1', '100.127.255.255']],
    ['IETF and benchmarks', ['192.0.0.8', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1']],
    ['multicast, reserved, broadcast', ['224.0.0.1', '240.0.0.1', '255.255.255.255', 'ff02::1']],
    ['unique local and site-local', ['fd00:ec2::254', 'fc00::1', 'fec0::1']],
    ['mapped', ['::ffff:127.0.0.1', '::ffff:a9fe:a9fe', '::ffff:0:10.0.0.1']],
    ['IPv4-compatible', ['::127.0.0.1', '::a00:1']],
    ['NAT64', ['64:ff9b::7f00:1', '64:ff9b::169.254.169.254', '64:ff9b:1::808:808']],
    ['tunnels', ['2002:7f00:1::', '2002:808:808::1', '2001:0:808:808::1']],
    ['discard and documentation', ['100::1', '2001:db8::1', '3fff::1']],
    ['invalid addresses', ['', 'localhost', '1.2.3', '1.2.3.4.5', 'fe80::1%eth0']],
  ])('refuses %s', (_what, addresses) => {
    expect(addresses.filter((address) => isAddressAllowed(address, NOTHING_ALLOWED))).toEqual([]);
  });

  it('treats all forms of an IPv4 address alike', () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        const plain = isAddressAllowed(address, NOTHING_ALLOWED);
        expect(isAddressAllowed(`::ffff:${address}`, NOTHING_ALLOWED)).toBe(plain);
        expect(isAddressAllowed(`64:ff9b::${address}`, NOTHING_ALLOWED)).toBe(plain);
      }),
    );
  });

  it.each([
    ['10.0.0.0/8', '10.1.2.3', true],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['10.0.0.0/8', '11.1.2.3', true],
    ['10.0.0.0/8', '192.168.0.1', false],
    ['fd00::/8', 'fd12::1', true],
    ['fd00::/8', '10.0.0.1', false],
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['::1', '::1', true],
  ])('with %s allowed, %s: %s', (allowed, address, expected) => {
    expect(isAddressAllowed(address, parseAllowedTargets([allowed]) ?? NOTHING_ALLOWED)).toBe(expected);
  });
});

describe('parseAllowedTargets', () => {
  it('parses ranges, addresses and names', () => {
    const allowed = parseAllowedTargets(['10.0.0.0/8', '::1', 'Hooks.Internal', 'build_1']);
    expect([...(allowed?.hosts ?? [])]).toEqual(['hooks.internal', 'build_1']);
    expect(allowed?.ranges).toHaveLength(2);
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0/8',
    'https://hooks.internal',
    'hooks.internal:80',
    '*.internal',
    '1.2.3',
    'a b',
  ])('refuses %s', (item) => {
    expect(parseAllowedTargets([item])).toBeUndefined();
  });
});
