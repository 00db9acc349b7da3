import { describe, expect, it } from '@jest/globals';
import { isDnsSubdomain, isLabelValue, isQualifiedName } from './kubernetes-names.js';

const LONG = 'x'.repeat(63);

describe("Kubernetes' names", () => {
  it.each<[string, boolean]>([
    ['deployer', true],
    ['a.b-c.9', true],
    [`${LONG}.${LONG}.${LONG}.${'x'.repeat(61)}`, true],
    [`${LONG}.${LONG}.${LONG}.${LONG}`, false],
    ['', false],
    ['A', false],
    ['a_b', false],
    ['-a', false],
    ['a.', false],
    ['a..b', false],
    ['a\n', false],
  ])('%j is a DNS subdomain: %s', (text, expected) => {
    expect(isDnsSubdomain(text)).toBe(expected);
  });

  it.each<[string, boolean]>([
    ['disk', true],
    ['Team.x_y-Z', true],
    ['example.com/disk', true],
    [`example.com/${LONG}`, true],
    [`example.com/x${LONG}`, false],
    ['', false],
    ['/disk', false],
    ['example.com/', false],
    ['Example.com/disk', false],
    ['a/b/c', false],
    ['_a', false],
    ['a-', false],
    ['__proto__', false],
    ['é', false],
  ])('%j is a qualified name: %s', (text, expected) => {
    expect(isQualifiedName(text)).toBe(expected);
  });

  it.each<[string, boolean]>([
    ['', true],
    ['ssd', true],
    ['A_1.b-c', true],
    [LONG, true],
    [`x${LONG}`, false],
    ['a b', false],
    ['-a', false],
    ['a/b', false],
  ])('%j is a value of a label: %s', (text, expected) => {
    expect(isLabelValue(text)).toBe(expected);
  });
});
