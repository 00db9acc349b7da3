import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createObject } from '../objects/create-object.js';
import { Journal } from '../objects/journal.js';
import { ObjectStore } from '../objects/object-store.js';
import { Admission } from './admission.js';
import { podSecurityProblem } from './pod-security.js';

let folder: string;
let store: ObjectStore;
let admission: Admission;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'admission-'));
  store = new ObjectStore(new Journal(join(folder, 'objects.jsonl')), 10);
  createObject(store, 'namespaces', '', { metadata: { name: 'procs' } });
  admission = new Admission();
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true, force: true });
});

const secret = (name: string) => ({ metadata: { name } });
const refusalOf = (name: string) => admission.refusal(store, 'secrets', 'procs', secret(name));

const container = {
  name: 'proc',
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
};
const securityContext = { seccompProfile: { type: 'RuntimeDefault' } };

describe('Admission', () => {
  it('refuses what exceeds the quota, in the words of the API server', () => {
    admission.quota = { secrets: 1 };
    expect(refusalOf('a')).toBeNull();
    createObject(store, 'secrets', 'procs', secret('a'));
    expect(refusalOf('a')?.toStatus()).toMatchObject({
      code: 403,
      reason: 'Forbidden',
      message:
        'secrets "a" is forbidden: exceeded quota: sandbox, requested: secrets=1, used: secrets=1, limited: secrets=1',
    });
    admission.clear();
    expect(refusalOf('a')).toBeNull();
  });

  it('asks webhooks before the quota', () => {
    admission.quota = { secrets: 0 };
    const webhook = { name: 'a.example.com', resource: 'secrets' } as const;
    admission.addWebhook({ ...webhook, effect: { kind: 'deny', message: 'exceeded quota: ask us' } });
    expect(refusalOf('a')?.toStatus()).toMatchObject({
      code: 403,
      message: 'admission webhook "a.example.com" denied the request: exceeded quota: ask us',
    });
    admission.addWebhook({ ...webhook, effect: { kind: 'down' } });
    const away =
      /^Internal error occurred: failed calling webhook "a.example.com": failed to call webhook: Post /;
    expect(refusalOf('a')?.toStatus()).toMatchObject({ code: 500, reason: 'InternalError' });
    expect(refusalOf('a')?.message).toMatch(away);
    expect(admission.refusal(store, 'jobs', 'procs', secret('a'))).toBeNull();
    admission.removeWebhook('a.example.com');
    expect(refusalOf('a')?.message).toContain('exceeded quota: sandbox');
  });
});

describe('podSecurityProblem', () => {
  it('says what restricted demands of a pod that baseline takes', () => {
    const spec = { securityContext, containers: [container] };
    expect(podSecurityProblem('baseline', spec)).toBeNull();
    expect(podSecurityProblem('restricted', spec)).toBe(
      'violates PodSecurity "restricted:latest": runAsNonRoot != true (pod or container "proc" must set securityContext.runAsNonRoot=true)',
    );
    const nonRoot = { securityContext: { ...securityContext, runAsNonRoot: true }, containers: [container] };
    expect(podSecurityProblem('restricted', nonRoot)).toBeNull();
  });

  it('names each container that violates it', () => {
    const spec = { hostNetwork: true, containers: [{ name: 'a' }, container, { name: 'b' }] };
    expect(podSecurityProblem('privileged', spec)).toBeNull();
    expect(podSecurityProblem('baseline', spec)).toBe(
      'violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
    );
    expect(podSecurityProblem('restricted', spec)).toContain(
      'allowPrivilegeEscalation != false (containers "a", "b" must set securityContext.allowPrivilegeEscalation=false)',
    );
  });
});
