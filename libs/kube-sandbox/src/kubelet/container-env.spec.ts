import { describe, expect, it } from '@jest/globals';
import type { ConfigMap, Container, Pod, Secret } from '../objects/kube-object.js';
import { resolveContainerEnv } from './container-env.js';

const pod = { metadata: { name: 'p', namespace: 'ns', uid: 'u1' } } as unknown as Pod;
const secret = { data: { KEY: Buffer.from('s3cret $(A)').toString('base64') } } as unknown as Secret;
const configMap = { data: { KEY: 'plain' } } as unknown as ConfigMap;
const find = (name: string) => (name === 'there' ? secret : undefined);

function resolve(container: Partial<Container>) {
  return resolveContainerEnv(container as Container, pod, find, (name) =>
    name === 'settings' ? configMap : undefined,
  );
}

function envOf(container: Partial<Container>): Record<string, string> {
  const outcome = resolve(container);
  if (outcome.kind !== 'ready') throw new Error(outcome.message);
  return Object.fromEntries(outcome.env);
}

describe('resolveContainerEnv', () => {
  it('expands references to earlier variables', () => {
    const env = [
      { name: 'B', value: '$(A)' },
      { name: 'A', value: '1' },
      { name: 'C', value: '$(A)$$(A)' },
    ];
    expect(envOf({ env })).toEqual({ B: '$(A)', A: '1', C: '1$(A)' });
  });

  it('lets a later variable with the same name win', () => {
    expect(
      envOf({
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2$(A)' },
        ],
      }),
    ).toEqual({ A: '21' });
  });

  it('does not expand values from Secrets', () => {
    const env = [
      { name: 'A', value: '1' },
      { name: 'S', valueFrom: { secretKeyRef: { name: 'there', key: 'KEY' } } },
    ];
    expect(envOf({ env })).toEqual({ A: '1', S: 's3cret $(A)' });
  });

  it('takes the variables of ConfigMaps and Secrets in order, and waits for a ConfigMap', () => {
    const settings = { configMapRef: { name: 'settings' } };
    expect(envOf({ envFrom: [settings, { secretRef: { name: 'there' } }] })).toEqual({ KEY: 's3cret $(A)' });
    expect(envOf({ envFrom: [{ secretRef: { name: 'there' } }, settings] })).toEqual({ KEY: 'plain' });
    expect(resolve({ envFrom: [{ configMapRef: { name: 'gone' } }] })).toEqual({
      kind: 'waiting',
      message: 'configmap "gone" not found',
    });
  });

  it('applies whole Secrets before single variables', () => {
    const envFrom = [{ prefix: 'P_', secretRef: { name: 'there' } }];
    expect(envOf({ envFrom, env: [{ name: 'A', value: '$(P_KEY)' }] })).toEqual({
      P_KEY: 's3cret $(A)',
      A: 's3cret $(A)',
    });
  });

  it('reads fields of the pod', () => {
    const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } });
    const env = [field('N', 'metadata.name'), field('NS', 'metadata.namespace'), field('U', 'metadata.uid')];
    expect(envOf({ env })).toEqual({ N: 'p', NS: 'ns', U: 'u1' });
  });

  it.each<[string, Partial<Container>]>([
    [
      'secret "gone" not found',
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'gone', key: 'K' } } }] },
    ],
    [
      "couldn't find key K in Secret ns/there",
      { env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'there', key: 'K' } } }] },
    ],
    ['secret "gone" not found', { envFrom: [{ secretRef: { name: 'gone' } }] }],
  ])('waits: %s', (message, container) => {
    expect(resolve(container)).toEqual({ kind: 'waiting', message });
  });

  it('omits missing optional values', () => {
    const env = [
      { name: 'A', valueFrom: { secretKeyRef: { name: 'gone', key: 'K', optional: true } } },
      { name: 'B', valueFrom: { secretKeyRef: { name: 'there', key: 'K', optional: true } } },
    ];
    expect(envOf({ env, envFrom: [{ secretRef: { name: 'gone', optional: true } }] })).toEqual({});
  });
});
