import { describe, expect, it } from '@jest/globals';
import { isDnsSubdomain, isLabelValue, isQualifiedName } from './kubernetes-names.js';

const LONG = 'x'.repeat(63);

const LONGEST_SUBDOMAIN = `${LONG}.${LONG}.${LONG}.${'x'.repeat(61)}`;

describe('isDnsSubdomain', () => {
  it.each(['deployer', 'a.b-c.9', LONGEST_SUBDOMAIN])('accepts %j', (text) => {
    expect(isDnsSubdomain(text)).toBe(true);
  });

  it.each([`${LONGEST_SUBDOMAIN}xx`, '', 'A', 'a_b', '-a', 'a.', 'a..b', 'a\n'])('rejects %j', (text) => {
    expect(isDnsSubdomain(text)).toBe(false);
  });
});

describe('isQualifiedName', () => {
  it.each(['disk', 'Team.x_y-Z', 'example.com/disk', `example.com/${LONG}`])('accepts %j', (text) => {
    expect(isQualifiedName(text)).toBe(true);
  });

  const withPrefix = [`example.com/x${LONG}`, '/disk', 'example.com/', 'Example.com/disk', 'a/b/c'];
  it.each([...withPrefix, '', '_a', 'a-', '__proto__', 'é'])('rejects %j', (text) => {
    expect(isQualifiedName(text)).toBe(false);
  });
});

describe('isLabelValue', () => {
  it.each(['', 'ssd', 'A_1.b-c', LONG])('accepts %j', (text) => expect(isLabelValue(text)).toBe(true));

  it.each([`x${LONG}`, 'a b', '-a', 'a/b'])('rejects %j', (text) => {
    expect(isLabelValue(text)).toBe(false);
  });
});
