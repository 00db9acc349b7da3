import { describe, expect, it } from '@jest/globals';
import { annotationsByDefault, checkAllowedAnnotations, isAnnotationPattern } from './allowed-annotations.js';

const refused = (map: Record<string, string>, allowed: readonly string[]) =>
  checkAllowedAnnotations('pod.annotations', 'annotation', map, allowed).map(({ field }) => field.slice(16));

describe('checkAllowedAnnotations', () => {
  // Each gave a pod a cloud role, a sidecar or a network before.
  it.each([
    ...['eks.amazonaws.com/role-arn', 'iam.amazonaws.com/role', 'iam.gke.io/gcp-service-account'],
    ...[
      'azure.workload.identity/use',
      'sidecar.istio.io/inject',
      'linkerd.io/inject',
      'k8s.v1.cni.cncf.io/networks',
    ],
    ...[
      'vault.hashicorp.com/role',
      'vault.hashicorp.com/agent-inject',
      'cluster-autoscaler.kubernetes.io/safe-to-evict',
    ],
  ])('refuses %s where nothing is listed', (key) => {
    expect(refused({ [key]: 'x', team: 'ops' }, annotationsByDefault([]))).toEqual([key]);
    expect(refused({ [key]: 'x' }, annotationsByDefault([key]))).toEqual([]);
  });

  it('names the setting', () => {
    const [problem] = checkAllowedAnnotations(
      'p',
      'annotation',
      { 'iam.gke.io/x': '' },
      annotationsByDefault([]),
    );
    expect(problem?.message).toBe(
      'the annotation "iam.gke.io/x" is not allowed (allowed: keys without a prefix); remove it, or ask an operator to list it in PROCTOR_ALLOWED_ANNOTATIONS',
    );
  });

  it.each([
    [['team'], { team: 'a' }, []],
    [['team'], { Team: 'a', teams: 'a', 'x/team': 'a' }, ['Team', 'teams', 'x/team']],
    [['a.io/*'], { 'a.io/b': '', 'a.io/c': '' }, []],
    [['a.io/*'], { 'aXio/b': '', 'x.a.io/b': '', 'a.io.evil/b': '' }, ['aXio/b', 'x.a.io/b', 'a.io.evil/b']],
    [['*.a.io/b'], { 'x.a.io/b': '' }, []],
    [['*.a.io/b'], { 'a.io/b': '', 'x.a.io/c': '' }, ['a.io/b', 'x.a.io/c']],
    [['a.io/role=reports'], { 'a.io/role': 'reports' }, []],
    [['a.io/role=reports'], { 'a.io/role': 'admin' }, ['a.io/role']],
    [['a.io/role=a=b'], { 'a.io/role': 'a=b' }, []],
    [['*'], { 'a/b': '' }, ['a/b']],
    [['*', '*/*'], { 'a/b': '', c: '' }, []],
  ])('%j and %j: refuses %j', (allowed, map, expected) => {
    expect(refused(map, allowed)).toEqual(expected);
  });

  it('knows patterns', () => {
    for (const text of ['*', '*/*', 'a.io/*', '*.a.io/role', 'team', 'a/b=c/d e']) {
      expect(isAnnotationPattern(text)).toBe(true);
    }
    for (const text of ['', '=x', 'a/b/c', 'a b', '/x', '.*', 'a/'])
      expect(isAnnotationPattern(text)).toBe(false);
  });
});
