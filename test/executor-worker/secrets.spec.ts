import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BatchV1Api, KubeConfig } from '@kubernetes/client-node';
import { Redis } from 'ioredis';
import { textOfTables } from '../support/servers.js';
import { startSystem, type System } from '../support/system.js';

const PROC = 'with-secrets';
const KEY = randomBytes(32).toString('hex');

describe("a secret's value", () => {
  const plain = `s3cr3t-${randomBytes(12).toString('hex')}`;
  const lines = [1, 2, 3].map(() => randomBytes(24).toString('base64'));
  const multiLine = `-----BEGIN KEY-----\n${lines.join('\n')}\n-----END KEY-----\n`;
  let system: System;
  let id: number;
  beforeAll(async () => {
    system = await startSystem({ env: { PROCTOR_SECRET_KEY: KEY } });
    const secrets = ['PLAIN', 'MULTI'].map((name) => ({ name, description: '' }));
    await system.api.registerScriptProc(
      {
        env_vars: {
          args: [
            { name: 'SCRIPT', description: '' },
            { name: 'PIN', type: 'secret', description: '' },
          ],
          secrets,
        },
      },
      PROC,
    );
    const reply = await system.api.request('POST', '/secret', {
      job_name: PROC,
      secrets: { PLAIN: plain, MULTI: multiLine },
    });
    expect(reply.status).toBe(201);
    const script = [
      'echo "plain: $PLAIN."',
      'echo "length: ${#PLAIN} ${#MULTI}"',
      'printf "%s" "$PLAIN" | head -c 9; sleep 0.4; printf "%s" "$PLAIN" | tail -c +10; echo',
      'echo "$MULTI"',
      'printf "%s" "$PLAIN" | base64',
      'echo "user:$PLAIN" | base64',
      'printf "%s" "$MULTI" | base64',
      'echo "to stderr $PLAIN" >&2',
      'echo the end',
    ].join('; ');
    ({ id } = await system.api.run(script, PROC));
    await system.api.end(id);
  }, 60_000);
  afterAll(() => system?.stop(), 60_000);

  const forms = () => [
    plain,
    Buffer.from(plain).toString('base64').slice(0, -4),
    ...lines,
    Buffer.from(multiLine).toString('base64').slice(0, 60),
  ];

  const expectNone = (text: string) => forms().forEach((form) => expect(text.includes(form)).toBe(false));

  it('reaches the container and is masked in what it prints', async () => {
    const log = await system.api.log(id);
    expect(log).toContain('plain: ***.');
    expect(log).toContain(`length: ${plain.length} ${multiLine.length}`);
    expect(log).toContain('the end');
    expectNone(log);
  });

  it('is in no table of Postgres', async () => {
    const tables = await textOfTables(system.databaseUrl());
    expect(tables.length).toBeGreaterThan(10);
    for (const text of tables) {
      expectNone(text);
      // bytea is shown in hex
      expect(text.includes(Buffer.from(plain).toString('hex'))).toBe(false);
    }
  });

  it('is nowhere in Redis', async () => {
    const redis = new Redis(system.redis.port, '127.0.0.1');
    for (const key of await redis.keys('*')) {
      const dump = await redis.dumpBuffer(key);
      expectNone(`${key} ${dump?.toString('latin1')}`);
    }
    redis.disconnect();
  });

  it("is in no service's log, even at debug level", () => {
    expect(system.services.length).toBe(3);
    for (const service of system.services) expectNone(service.output());
  });

  it("is not in the Job's spec", async () => {
    const kubeConfig = new KubeConfig();
    kubeConfig.loadFromFile(system.sandbox.kubeconfigPath);
    const jobs = await kubeConfig.makeApiClient(BatchV1Api).listNamespacedJob({ namespace: 'default' });
    expect(jobs.items.length).toBeGreaterThan(0);
    expectNone(JSON.stringify(jobs.items));
  });

  it('is in no API response and no process list', async () => {
    for (const path of ['/metadata', `/execution/${id}/status`]) {
      expectNone(await (await system.api.request('GET', path)).text());
    }
    expectNone(execFileSync('ps', ['axww', '-o', 'args']).toString());
  });

  it('reaches the container also when the worker has a new key already, and accepts the old one', async () => {
    await system.workers[0]?.stop();
    await system.startWorker({
      PROCTOR_SECRET_KEY: randomBytes(32).toString('hex'),
      PROCTOR_SECRET_KEY_ALSO: KEY,
    });
    const args = { SCRIPT: 'echo "lengths: ${#PLAIN} ${#PIN}"', PIN: 'hunter2222' };
    const reply = await system.api.request('POST', '/execution', { name: PROC, args });
    const { id: executionId } = (await reply.json()) as { id: number };
    await system.api.end(executionId);
    expect(await system.api.log(executionId)).toContain(`lengths: ${plain.length} 10`);
  });
});
