import { describe, expect, it } from '@jest/globals';
import type { Container, Pod, SecurityContext } from '../objects/kube-object.js';
import { nonRootProblem } from './non-root.js';

describe('nonRootProblem', () => {
  it.each<[string, SecurityContext, SecurityContext, RegExp | null]>([
    ['', {}, {}, null],
    ['', {}, { runAsNonRoot: true }, /will run as root \(pod: "p_n\(u\)", container: c\)/],
    ['root', { runAsNonRoot: true }, {}, /will run as root/],
    ['0', { runAsNonRoot: true }, {}, /will run as root/],
    ['nobody', { runAsNonRoot: true }, {}, /non-numeric user \(nobody\)/],
    ['65534', { runAsNonRoot: true }, {}, null],
    ['', { runAsNonRoot: true }, { runAsUser: 1000 }, null],
    ['', { runAsNonRoot: true, runAsUser: 1000 }, {}, null],
    ['65534', { runAsNonRoot: true }, { runAsUser: 0 }, /breaks non-root policy/],
    ['', { runAsNonRoot: true }, { runAsNonRoot: false }, null],
  ])('image user "%s", pod %j, container %j', (user, ofPod, ofContainer, expected) => {
    const pod = { metadata: { name: 'p', namespace: 'n', uid: 'u' }, spec: { securityContext: ofPod } };
    const container = { name: 'c', securityContext: ofContainer } as Container;
    const problem = nonRootProblem(pod as Pod, container, user);
    if (expected) expect(problem).toMatch(expected);
    else expect(problem).toBeNull();
  });
});
