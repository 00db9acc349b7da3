import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSystem, type System } from '../support/system.js';

/** Nothing else contains it: whatever prints it prints a secret. */
const CANARY = 'canary-5f3c9d';

describe('the logs of all services, at level debug', () => {
  let system: System;

  beforeAll(async () => {
    system = await startSystem({ notifier: true, env: { PROCTOR_LOG_LEVEL: 'debug' } });
  }, 120_000);
  afterAll(async () => await system.stop());

  it('hold no token, secret or secret arg, given or made, right or wrong', async () => {
    const { api } = system;
    const args = [{ name: 'SCRIPT' }, { name: 'PIN', type: 'secret' }];
    await api.registerScriptProc(
      { env_vars: { args, secrets: [{ name: 'KEY', description: '' }] } },
      'quiet',
    );
    const send = (headers: Record<string, string>, path = '/metadata', body?: string) =>
      fetch(`${system.gatewayUrl}${path}`, {
        method: body === undefined ? 'GET' : 'POST',
        headers: { 'Content-Type': 'application/json', ...headers },
        ...(body !== undefined && { body }),
      }).then((reply) => reply.status);

    const refused = [
      await send({ 'Email-Id': 'a@b.c', 'Access-Token': CANARY }),
      await send({ Authorization: `Bearer ${CANARY}` }),
      await send({ Authorization: `Basic ${CANARY}` }),
      await send({ Cookie: `proctor_session=${CANARY}` }),
      await send({}, `/metadata?access_token=${CANARY}&token=${CANARY}`),
      await send(api.headers, '/secret', `{"job_name": "quiet", "secrets": {"KEY": "${CANARY}"`),
      await send(api.headers, '/secret', `{"job_name": "quiet", "secrets": {"KEY": ["${CANARY}"]}}`),
      await send(api.headers, '/secret', `{"job_name": "quiet", "secrets": "${CANARY}"}`),
      await send(api.headers, '/auth/device/token', JSON.stringify({ device_code: CANARY })),
      await send(api.headers, '/auth/refresh', JSON.stringify({ refresh_token: CANARY })),
      await send(
        api.headers,
        '/execution',
        `{"name": "quiet", "args": {"SCRIPT": "x", "PIN": {"a": "${CANARY}"}}}`,
      ),
      await send(
        api.headers,
        '/execution',
        `{"name": "quiet", "args": {"NO": "${CANARY}", "PIN": "${CANARY}"}}`,
      ),
    ];
    expect(refused.filter((status) => status < 400 || status >= 500)).toEqual([]);

    const secrets = { job_name: 'quiet', secrets: { KEY: CANARY } };
    expect((await api.request('POST', '/secret', secrets)).status).toBe(201);
    const made = (await (await api.request('POST', '/token', { name: 'made' })).json()) as { token: string };
    expect(await send({ Authorization: `Bearer ${made.token}` })).toBe(200);
    const run = { name: 'quiet', args: { SCRIPT: 'echo ran; exit 3', PIN: CANARY } };
    const { id } = (await (await api.request('POST', '/execution', run)).json()) as { id: number };
    expect((await api.end(id)).status).toBe('POD_FAILED');

    for (const service of system.services) {
      const output = service.output();
      expect(output).not.toBe('');
      for (const secret of [CANARY, made.token, api.identity.token, postgresPassword(system)])
        expect([service.name, output.includes(secret)]).toEqual([service.name, false]);
    }
    const trail = await system.query<{ text: string }>('SELECT to_jsonb(a)::text AS text FROM audit_event a');
    expect(trail.length).toBeGreaterThan(3);
    for (const { text } of trail) {
      expect(text).not.toContain(made.token);
      expect(text).not.toContain(CANARY);
    }
  }, 120_000);

  it('are as silent as the command lines, which every user of the machine can read', () => {
    const lines = execFileSync('ps', [
      '-ww',
      '-o',
      'args=',
      '-p',
      system.services.map(({ pid }) => pid).join(),
    ]);
    expect(String(lines)).toContain('main.js');
    for (const secret of [CANARY, system.api.identity.token, postgresPassword(system)])
      expect(String(lines)).not.toContain(secret);
  });
});

function postgresPassword(system: System): string {
  return new URL(system.databaseUrl()).password;
}
