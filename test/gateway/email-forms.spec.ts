import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { procMetadata, startTestGateway, type Identity, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startTestGateway({ env: { PROCTOR_FAILED_LOGINS_PER_IDENTITY: '5' } });
}, 60_000);
afterAll(() => gateway.remove(), 30_000);

const admin = (method: string, path: string, body?: unknown) =>
  gateway.call(gateway.admin, method, path, { body, headers: { Accept: 'application/json' } });

const EMAIL = 'änne.fired@bücher.example';
const FORMS = [
  ['other case', 'ÄNNE.Fired@BÜCHER.example'],
  ['decomposed letters', EMAIL.normalize('NFD')],
  ['full-width letters', 'änne.ｆｉｒｅｄ@bücher.example'],
  ['a zero-width space', 'änne.fi\u200bred@bücher.example'],
  ['bidi characters', '\u202eänne.fired\u202c@bücher.example'],
  ['a soft hyphen', 'änne.fi\u00adred@bücher.example'],
  ['a final dot', 'änne.fired@bücher.example.'],
  ['the ASCII form of the domain', 'änne.fired@xn--bcher-kva.example'],
] as const;
/** As Go clients send it: Node writes headers in Latin-1. */
const asUtf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1');
const pathOf = (email: string) => `/user/${encodeURIComponent(email)}`;

describe.each(FORMS)('an email with %s', (_what, form) => {
  let fired: Identity;
  beforeAll(async () => {
    await admin('DELETE', pathOf(EMAIL));
    expect(await admin('POST', '/user', { email: EMAIL, groups: ['ops'] })).toMatchObject({ status: 201 });
    const made = await admin('POST', '/token', { email: EMAIL });
    fired = { email: EMAIL, ...made.json<{ token: string }>() };
  });

  it('is no other account', async () => {
    const answer = await admin('POST', '/user', { email: form });
    expect([400, 409]).toContain(answer.status);
    expect((await admin('GET', pathOf(form))).json()).toMatchObject({ email: EMAIL, groups: ['ops'] });
  });

  it('is the same owner of tokens and the same member of groups', async () => {
    const made = await admin('POST', '/token', { email: form });
    expect(made.json()).toMatchObject({ email: EMAIL });
    const listed = (await admin('GET', `/token?email=${encodeURIComponent(form)}`)).json<{
      tokens: object[];
    }>();
    expect(listed.tokens).toHaveLength(2);
    expect(await admin('PUT', `/group/ops/member/${encodeURIComponent(form)}`)).toMatchObject({
      status: 204,
    });
    const found = await gateway.call({ ...fired, email: asUtf8(form) }, 'GET', '/whoami');
    expect(found.json()).toMatchObject({ email: EMAIL });
  });

  it('is refused once the account is disabled in that form', async () => {
    expect(await admin('PATCH', pathOf(form), { active: false })).toMatchObject({ status: 200 });
    for (const email of [EMAIL, form])
      expect(await gateway.call({ ...fired, email: asUtf8(email) }, 'GET', '/whoami')).toMatchObject({
        status: 401,
      });
    expect((await admin('POST', '/user', { email: form })).status).toBeGreaterThanOrEqual(400);
    expect((await admin('GET', pathOf(EMAIL))).json()).toMatchObject({ active: false });
  });
});

it('is refused once the account is disabled, in a header that is written in Latin-1', async () => {
  await admin('DELETE', pathOf(EMAIL));
  await admin('POST', '/user', { email: EMAIL, groups: [] });
  const { token } = (await admin('POST', '/token', { email: EMAIL })).json<{ token: string }>();
  for (const email of [EMAIL, EMAIL.toUpperCase()])
    expect(await gateway.call({ email, token }, 'GET', '/whoami')).toMatchObject({ status: 200 });
  expect(await admin('PATCH', pathOf(EMAIL), { active: false })).toMatchObject({ status: 200 });
  for (const email of [EMAIL, EMAIL.toUpperCase()])
    expect(await gateway.call({ email, token }, 'GET', '/whoami')).toMatchObject({ status: 401 });
});

describe('failed logins', () => {
  it('are counted for all forms of an email together', async () => {
    const statuses: number[] = [];
    for (const [, form] of FORMS)
      statuses.push((await gateway.call({ email: asUtf8(form), token: 'guess' }, 'GET', '/whoami')).status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(5);
    expect(statuses.at(-1)).toBe(429);
  });
});

describe('a new account', () => {
  it.each(['ｆull@example.com', 'zero\u200bwidth@example.com', 'bi\u202edi@example.com', 'dot@example.com.'])(
    'is refused with the email %j, which passes for another one',
    async (email) => {
      const answer = await admin('POST', '/user', { email });
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('look-alike')]);
    },
  );
});

describe('the recipients of a schedule', () => {
  it('are refused with characters that cannot be seen, and the error shows them', async () => {
    await admin('POST', '/metadata', [procMetadata('mailed')]);
    const plan = { jobName: 'mailed', tags: 't', cron: '0 4 * * *', group: 'g', args: {} };
    const answer = await admin('POST', '/schedule', {
      ...plan,
      notificationEmails: 'zero\u200bwidth@example.com',
    });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('zero\\\\u200bwidth')]);
  });
});
