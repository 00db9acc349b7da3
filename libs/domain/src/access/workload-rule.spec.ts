import { describe, expect, it } from '@jest/globals';
import { findSubjectProblem, findWorkloadRule, matchesSubject, type WorkloadRule } from './workload-rule.js';

describe('findSubjectProblem', () => {
  it.each([
    'repo:acme/app:ref:refs/heads/main',
    'repo:acme/*',
    'repo:acme/*:ref:refs/heads/main',
    'repo:acme/app:ref:refs/heads/*',
    'system:serviceaccount:jobs:*',
    '0b9f1c1e-6d0a-4c1e-9a53-0c6b6c3c2f11',
  ])('accepts %s', (subject) => expect(findSubjectProblem(subject)).toBeNull());

  it.each(['*', '**', '*:acme/app', 'repo:*', 'repo:*/app', ':/*', '::*', '/acme/*'])(
    'refuses %s, which others at the same issuer can have',
    (subject) => expect(findSubjectProblem(subject)).not.toBeNull(),
  );

  it.each(['repo:acme/app*', 'repo:acme/*-app', 'repo:acme/app:ref:refs/heads/v*', 'repo:acme/**'])(
    'refuses * within a part: %s',
    (subject) => expect(findSubjectProblem(subject)).toContain('whole part'),
  );
});

describe('matchesSubject', () => {
  it.each([
    ['repo:acme/app:ref:refs/heads/main', 'repo:acme/app:ref:refs/heads/main'],
    ['repo:acme/*', 'repo:acme/app:ref:refs/heads/main'],
    ['repo:acme/*:ref:refs/heads/main', 'repo:acme/app:ref:refs/heads/main'],
    ['repo:acme/app:ref:refs/heads/*', 'repo:acme/app:ref:refs/heads/feature/x'],
    ['a:b.c/*', 'a:b.c/+?'],
  ])('%s is for %s', (pattern, subject) => expect(matchesSubject(pattern, subject)).toBe(true));

  it.each([
    ['repo:acme/app', 'repo:acme/app-evil'],
    ['repo:acme/app', 'repo:acme/app:ref:refs/heads/main'],
    ['repo:acme/app', 'Repo:acme/app'],
    ['repo:acme/app', 'repo:ACME/app'],
    ['repo:acme/app', 'repo:acme/app\n'],
    ['repo:acme/app', ' repo:acme/app'],
    ['repo:acme/*', 'repo:acme-evil/app'],
    ['repo:acme/*', 'repo:acme/'],
    ['repo:acme/*', 'x\nrepo:acme/app'],
    ['repo:acme/*:ref:refs/heads/main', 'repo:acme/app:x:ref:refs/heads/main'],
    ['repo:acme/*:ref:refs/heads/main', 'repo:acme/a/b:ref:refs/heads/main'],
    ['repo:acme/*:ref:refs/heads/main', 'repo:acme/:ref:refs/heads/main'],
    ['repo:acme/*:ref:refs/heads/main', 'repo:acme/app:ref:refs/heads/main-evil'],
    ['repo:acme/app:ref:refs/heads/*', 'repo:acme/app:ref:refs/tags/v1'],
    ['a:b.c/*', 'a:bxc/d'],
    ['*', 'anything'],
    ['repo:*', 'repo:evil/app'],
  ])('%s is not for %j', (pattern, subject) => expect(matchesSubject(pattern, subject)).toBe(false));

  it('takes linear time for the longest patterns and subjects', () => {
    const start = performance.now();
    expect(matchesSubject(`a:b${':*'.repeat(240)}:end`, `a:b${':x'.repeat(8_000)}`)).toBe(false);
    expect(performance.now() - start).toBeLessThan(100);
  });
});

describe('findWorkloadRule', () => {
  const rule = (name: string, changes: Partial<WorkloadRule> = {}): WorkloadRule => ({
    ...{ name, audience: 'proctor', subject: 'repo:acme/app', claims: {}, ...changes },
  });
  const token = (claims: Record<string, unknown> = {}) => ({
    ...{ subject: 'repo:acme/app', audiences: ['proctor'], claims },
  });

  it('takes the most specific of the rules that match, in whatever order they come', () => {
    const rules = [
      rule('z'),
      rule('b-with-claims', { claims: { environment: 'prod' } }),
      rule('a-wide', { subject: 'repo:acme/*' }),
      rule('y'),
    ];
    for (const given of [rules, rules.toReversed()]) {
      expect(findWorkloadRule(given, token({ environment: 'prod' }))?.name).toBe('b-with-claims');
      expect(findWorkloadRule(given, token())?.name).toBe('y');
    }
  });

  it.each([
    ['another value', { environment: 'production' }],
    ['another case', { environment: 'PROD' }],
    ['a list that has it', { environment: ['prod'] }],
    ['an object', { environment: { prod: true } }],
    ['no such claim', {}],
  ])('wants exactly the values of claims, not %s', (_what, claims) => {
    expect(findWorkloadRule([rule('r', { claims: { environment: 'prod' } })], token(claims))).toBeNull();
  });

  it('wants the subject and the audience of the rule', () => {
    const rules = [rule('r')];
    expect(findWorkloadRule(rules, { ...token(), subject: 'repo:acme/app-evil' })).toBeNull();
    expect(findWorkloadRule(rules, { ...token(), audiences: ['vault', 'Proctor'] })).toBeNull();
    expect(findWorkloadRule(rules, { ...token(), audiences: ['vault', 'proctor'] })?.name).toBe('r');
  });

  it('finds no claims that every object has', () => {
    const rules = [rule('r', { claims: { constructor: String(Object) } })];
    expect(findWorkloadRule(rules, token())).toBeNull();
  });

  it('compares booleans and numbers by their text', () => {
    const rules = [rule('r', { claims: { protected: 'true', project: '7' } })];
    expect(findWorkloadRule(rules, token({ protected: true, project: 7 }))?.name).toBe('r');
  });
});
