import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestGateway, type Identity, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;

const proc = (name: string, groups: string[]) => ({
  ...{ name, image_name: `proctor/${name}:1`, authorized_groups: groups },
  env_vars: { args: [{ name: 'A' }], secrets: [] },
});

beforeAll(async () => {
  gateway = await startTestGateway();
  await call(gateway.admin, 'POST', '/metadata', [proc('closed', ['ops'])]);
}, 60_000);
afterAll(() => gateway.remove(), 30_000);

const call = (who: Identity, method: string, path: string, body?: unknown, headers = {}) =>
  gateway.call(who, method, path, { body, headers: { Accept: 'application/json', ...headers } });

async function account(email: string, groups: string[]): Promise<Identity> {
  expect(await call(gateway.admin, 'POST', '/user', { email, groups })).toMatchObject({ status: 201 });
  const made = await call(gateway.admin, 'POST', '/token', { email });
  return { email, ...made.json<{ token: string }>() };
}

const schedule = { jobName: 'closed', tags: 't', cron: '0 4 * * *', group: 'ops' };

/** An account with an execution, a schedule and preferences, that is removed and made again, in no group. */
async function removedAndMadeAgain(email: string, groups: string[] = []) {
  const first = await account(email, ['ops']);
  const key = { 'Idempotency-Key': `key-${email.replace('@', '-')}` };
  const body = { name: 'closed', args: { A: 'secret' } };
  const { id } = (await call(first, 'POST', '/execution', body, key)).json<{ id: number }>();
  await gateway.addRows(id, [{ text: 'secret' }]);
  const plan = { ...schedule, args: { A: email }, notificationEmails: email };
  const made = await call(first, 'POST', '/schedule', plan);
  expect(made).toMatchObject({ status: 201 });
  const { id: scheduleId } = made.json<{ id: number }>();
  await call(first, 'PUT', '/whoami/notification', { notify_on: ['failure'] });
  expect(await call(first, 'GET', `/execution/${id}`)).toMatchObject({ status: 200 });
  expect(await call(gateway.admin, 'DELETE', `/user/${email}`)).toMatchObject({ status: 204 });
  const second = await account(email, groups);
  return { first, second, id, scheduleId, key, body };
}

describe('an account whose email was another account’s', () => {
  it('sees neither its executions nor its logs, alone or in lists', async () => {
    const { first, second, id } = await removedAndMadeAgain('reader@example.com');
    expect(await call(first, 'GET', '/whoami')).toMatchObject({ status: 401 });
    for (const path of ['/status', '', '/log'])
      expect([path, (await call(second, 'GET', `/execution/${id}${path}`)).status]).toEqual([path, 403]);
    expect(await call(second, 'POST', `/execution/${id}/cancel`)).toMatchObject({ status: 403 });
    expect(await call(second, 'POST', `/execution/${id}/rerun`)).toMatchObject({ status: 403 });
    expect(await gateway.watch(second, id).ended).toMatchObject({ status: 403 });
    for (const query of ['', `?user=${second.email}`, '?proc=closed', '?status=RECEIVED'])
      expect((await call(second, 'GET', `/execution${query}`)).json()).toMatchObject({ executions: [] });
    expect((await call(gateway.admin, 'GET', `/execution?user=${second.email}`)).json()).toMatchObject({
      executions: [{ id }],
    });
  });

  it('sees what it may execute, but as another’s', async () => {
    const { second, id, scheduleId } = await removedAndMadeAgain('member@example.com', ['ops']);
    for (const query of ['', `?user=${second.email}`, '?proc=closed']) {
      const { executions } = (await call(second, 'GET', `/execution${query}`)).json<{
        executions: { id: number }[];
      }>();
      expect(executions.map((each) => each.id)).toContain(id);
    }
    expect(await call(second, 'PATCH', `/schedule/${scheduleId}`, { enabled: true })).toMatchObject({
      status: 403,
    });
    const own = await call(second, 'POST', '/execution', { name: 'closed', args: {} });
    const { id: ownId } = own.json<{ id: number }>();
    await call(gateway.admin, 'DELETE', `/group/ops/member/${second.email}`);
    expect(await call(second, 'GET', `/execution/${ownId}`)).toMatchObject({ status: 200 });
    expect((await call(second, 'GET', '/execution')).json()).toMatchObject({ executions: [{ id: ownId }] });
  });

  it('has none of its schedules, which stay paused, and none of its tokens and preferences', async () => {
    const { second, scheduleId } = await removedAndMadeAgain('planner@example.com');
    expect(await call(second, 'GET', '/schedule?all=true')).toMatchObject({ status: 204 });
    for (const [method, body] of [
      ['GET', undefined],
      ['PATCH', { enabled: true }],
      ['DELETE', undefined],
    ] as const)
      expect(await call(second, method, `/schedule/${scheduleId}`, body)).toMatchObject({ status: 403 });
    expect((await call(gateway.admin, 'GET', `/schedule/${scheduleId}`)).json()).toMatchObject({
      enabled: false,
    });
    expect((await call(second, 'GET', '/token')).json<{ tokens: object[] }>().tokens).toHaveLength(1);
    expect((await call(second, 'GET', '/whoami/notification')).json()).toEqual({ notify_on: [] });
  });

  it('may have schedules with the same args, and learns nothing of secret ones', async () => {
    const guessed = proc('guessed', ['ops']);
    guessed.env_vars.args = [{ name: 'A', type: 'secret' }] as never;
    await call(gateway.admin, 'POST', '/metadata', [guessed]);
    const email = 'guesser@example.com';
    const first = await account(email, ['ops']);
    const plan = {
      ...schedule,
      jobName: 'guessed',
      args: { A: 'hunter2-hunter2' },
      notificationEmails: email,
    };
    expect(await call(first, 'POST', '/schedule', plan)).toMatchObject({ status: 201 });
    expect(await call(first, 'POST', '/schedule', plan)).toMatchObject({ status: 409 });
    expect(await call(gateway.admin, 'DELETE', `/user/${email}`)).toMatchObject({ status: 204 });
    const second = await account(email, ['ops']);
    expect(await call(second, 'POST', '/schedule', plan)).toMatchObject({ status: 201 });
  });

  it('gets an execution of its own for the same Idempotency-Key', async () => {
    const { second, id, key, body } = await removedAndMadeAgain('again@example.com', ['ops']);
    const answer = await call(second, 'POST', '/execution', body, key);
    expect(answer).toMatchObject({ status: 201 });
    expect(answer.json<{ id: number }>().id).toBeGreaterThan(id);
  });

  it('is later than all that bears its email, even if the clock was set back', async () => {
    const email = 'clock@example.com';
    const first = await account(email, ['ops']);
    const { id } = (await call(first, 'POST', '/execution', { name: 'closed', args: {} })).json<{
      id: number;
    }>();
    const later = id + 3_600_000 * 4_096;
    await gateway.query('update execution set id = $2 where id = $1', [id, later]);
    expect(await call(gateway.admin, 'DELETE', `/user/${email}`)).toMatchObject({ status: 204 });
    const second = await account(email, []);
    expect(await call(second, 'GET', `/execution/${later}`)).toMatchObject({ status: 403 });
  });
});
