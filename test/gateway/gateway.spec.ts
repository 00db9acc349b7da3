import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ExecutionQueue } from '@app/queue';
import {
  identityHeaders,
  startTestGateway,
  type Identity,
  type TestGateway,
  toAnswer,
} from '../support/gateway.js';
import { testRedisAddress } from '../support/servers.js';

interface ExecutionBody {
  id: number;
  job_name: string;
  name: string;
  image_tag: string;
  status: string;
}

const JSON_ACCEPTED = { Accept: 'application/json' };

let gateway: TestGateway;
const who: Record<string, Identity> = {};

const proc = (name: string, extra: Record<string, unknown> = {}) => ({
  name,
  description: 'for tests',
  image_name: `proctor/${name}:1`,
  env_vars: {
    args: [{ name: 'A', description: 'the arg', required: true }, { name: 'B' }],
    secrets: [{ name: 'S' }],
  },
  ...extra,
});

async function submit(
  identity: Identity,
  name = 'open',
  args: Record<string, string> = { A: 'x' },
): Promise<ExecutionBody> {
  const answer = await gateway.call(identity, 'POST', '/execution', { body: { name, args } });
  expect(answer).toMatchObject({ status: 201 });
  return answer.json<ExecutionBody & Record<string, unknown>>();
}

async function countRows(): Promise<Record<string, number>> {
  const tables = ['execution', 'proc', 'proc_secret', 'idempotency_key'];
  const [row] = await gateway.query<Record<string, number>>(
    `select ${tables.map((table) => `(select count(*)::int from ${table}) as ${table}`).join(', ')}`,
  );
  return row ?? {};
}

beforeAll(async () => {
  gateway = await startTestGateway();
  who['wrong token'] = { email: gateway.admin.email, token: 'guessed' };
  who['owner'] = await gateway.createUser('owner', ['one', 'two']);
  who['in another group'] = await gateway.createUser('elsewhere', ['three']);
  who["another user's token"] = { email: 'owner@example.com', token: gateway.admin.token };
  const registered = await gateway.call(gateway.admin, 'POST', '/metadata', {
    body: [proc('open'), proc('closed', { authorized_groups: ['one', 'two'] })],
  });
  expect(registered).toMatchObject({ status: 201, text: '' });
}, 60_000);

afterAll(() => gateway.remove(), 30_000);

// Each route by each caller: route-access.spec.ts.
describe('authentication', () => {
  it('refuses a token of another user', async () => {
    const answer = await gateway.call(who["another user's token"]!, 'GET', '/metadata');
    expect(answer).toMatchObject({ status: 401 });
  });

  it('accepts a bearer token, but prefers v2’s headers', async () => {
    const headers = { Authorization: `Bearer ${gateway.admin.token}` };
    expect(await gateway.call(null, 'GET', '/metadata', { headers })).toMatchObject({ status: 200 });
    expect(await gateway.call(who['wrong token']!, 'GET', '/metadata', { headers })).toMatchObject({
      status: 401,
    });
  });

  it('refuses a disabled account within seconds', async () => {
    const user = await gateway.createUser('leaving', []);
    expect(await gateway.call(user, 'GET', '/metadata')).toMatchObject({ status: 200 });
    await gateway.query(`update account set active = false where email = $1`, [user.email]);
    await new Promise((resolve) => setTimeout(resolve, 5_200));
    expect(await gateway.call(user, 'GET', '/metadata')).toMatchObject({ status: 401 });
  }, 15_000);

  it('audits changes and refusals', async () => {
    await gateway.call(who['in another group']!, 'POST', '/execution', {
      body: { name: 'closed', args: { A: 'x' } },
    });
    await gateway.call(gateway.admin, 'POST', '/secret', {
      body: { job_name: 'audited', secrets: { S: 'a long secret' } },
    });
    const rows = await gateway.query<{ actor: string; action: string; allowed: boolean; address: string }>(
      `select actor, action, allowed, address from audit_event where actor = 'elsewhere@example.com' or subject = 'audited'`,
    );
    expect(rows).toContainEqual({
      actor: 'elsewhere@example.com',
      action: 'submitExecution',
      allowed: false,
      address: '127.0.0.1',
    });
    expect(rows).toContainEqual({
      actor: 'admin@example.com',
      action: 'setSecrets',
      allowed: true,
      address: '127.0.0.1',
    });
  });

  it('does not trust X-Forwarded-For', async () => {
    const headers = { 'X-Forwarded-For': '203.0.113.9' };
    const body = { job_name: 'forwarded', secrets: { S: 'a long secret' } };
    await gateway.call(gateway.admin, 'POST', '/secret', { body, headers });
    const rows = await gateway.query(`select address from audit_event where subject = 'forwarded'`);
    expect(rows).toEqual([{ address: '127.0.0.1' }]);
  });
});

describe('every answer', () => {
  it.each(['/ping', '/whoami', '/', '/docs', '/gone', '/%', `/${'x'.repeat(9_000)}`])(
    'tells browsers to frame, embed, sniff and run nothing of it: %#',
    async (path) => {
      const { headers } = await gateway.call(null, 'GET', path);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      const policy = headers.get('content-security-policy') ?? '';
      for (const directive of ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"]) {
        expect(policy).toContain(directive);
      }
      expect(headers.get('access-control-allow-origin')).toBeNull();
    },
  );
});

describe('refusals', () => {
  const owner = () => who['owner']!;
  const cases: [
    name: string,
    status: number,
    text: string | RegExp,
    call: () => ReturnType<TestGateway['call']>,
  ][] = [];
  const refuse = (
    name: string,
    status: number,
    text: string | RegExp,
    request: (headers: Record<string, string>) => ReturnType<TestGateway['call']>,
  ) => {
    cases.push([name, status, text, () => request({})]);
    cases.push([`${name}, as problem+json`, status, text, () => request(JSON_ACCEPTED)]);
  };
  const post =
    (path: string, body: unknown, more: Record<string, string> = {}, identity = owner) =>
    (headers: Record<string, string>) =>
      gateway.call(identity(), 'POST', path, { body, headers: { ...more, ...headers } });
  const get = (path: string) => (headers: Record<string, string>) =>
    gateway.call(owner(), 'GET', path, { headers });
  const parseFailure = 'Failed to parse request body from CLI';
  const admin = () => gateway.admin;

  refuse('a body that is not JSON', 400, parseFailure, post('/execution', '{"name":'));
  refuse('a body that is not UTF-8', 400, parseFailure, (headers) =>
    fetch(`${gateway.url}/execution`, {
      method: 'POST',
      headers: { ...identityHeaders(owner()), ...headers },
      body: new Uint8Array([0x7b, 0xff, 0x7d]),
    }).then(toAnswer),
  );
  refuse('no body', 400, parseFailure, post('/execution', ''));
  refuse('a body that is not an object', 400, parseFailure, post('/execution', [1]));
  refuse(
    'an arg that is not a value',
    400,
    /^Failed to parse request body from CLI: args\.A: must be a string, a number or a boolean/,
    post('/execution', { name: 'open', args: { A: {} } }),
  );
  refuse(
    '__proto__',
    400,
    /__proto__/,
    post('/execution', '{"name":"open","args":{"A":"x","__proto__":"y"}}'),
  );
  refuse(
    'an undeclared arg',
    400,
    /"LD_PRELOAD" is not allowed/,
    post('/execution', { name: 'open', args: { A: 'x', LD_PRELOAD: 'y' } }),
  );
  refuse(
    'a missing arg and an undeclared one',
    400,
    /"C" is not an arg.*Argument "A" is required/,
    post('/execution', { name: 'open', args: { C: '100%' } }),
  );
  refuse(
    'a value that is too long',
    400,
    /at most/,
    post('/execution', { name: 'open', args: { A: 'x'.repeat(70_000) } }),
  );
  refuse(
    'a callback that is not an HTTP URL',
    400,
    /callback_url/,
    post('/execution', { name: 'open', args: { A: 'x' }, callback_url: 'file:///etc/passwd' }),
  );
  refuse('an unknown proc', 404, /No such proc: nothing/, post('/execution', { name: 'nothing', args: {} }));
  refuse(
    'an invalid Idempotency-Key',
    400,
    /Idempotency-Key/,
    post('/execution', { name: 'open', args: { A: 'x' } }, { 'Idempotency-Key': 'two words' }),
  );
  refuse(
    'a body of 10 MiB',
    413,
    /larger than 1048576 bytes/,
    post('/execution', 'x'.repeat(10 * 1024 * 1024)),
  );
  refuse(
    'an id that is not a number',
    400,
    'Failed to translate path parameter to uint64',
    get('/execution/12a/status'),
  );
  refuse('an unknown id', 404, 'Execution context not Found', get('/execution/12/status'));
  refuse(
    'an id above every possible id',
    404,
    'Execution context not Found',
    get('/execution/18446744073709551615/status'),
  );
  refuse(
    'an id above uint64',
    400,
    'Failed to translate path parameter to uint64',
    get('/execution/18446744073709551616/status'),
  );
  refuse(
    'the log of an unknown id',
    404,
    'Execution context not Found',
    get('/execution/logs?context_id=12'),
  );
  refuse(
    'the log of an id that is not a number',
    400,
    'Failed to translate path parameter to uint64',
    get('/execution/logs?context_id=x'),
  );
  refuse('an unknown route', 404, 'No such route.', get('/nothing/here'));
  refuse('a malformed path', 400, 'malformed request', get('/execution/%zz/status'));
  refuse('a very long URL', 400, /longer than 8192/, get(`/execution/1/status?${'x'.repeat(9_000)}`));
  refuse(
    'an old client',
    400,
    'Your Proctor client is using an outdated version: v1.9.9. To continue using proctor, please upgrade to latest version.',
    post('/execution', {}, { 'Client-Version': 'v1.9.9' }),
  );
  refuse(
    'an invalid client version',
    400,
    /Client-Version/,
    post('/execution', {}, { 'Client-Version': 'banana' }),
  );
  refuse('metadata that is not an array', 400, 'malformed request', post('/metadata', {}, {}, admin));
  refuse(
    'metadata with one invalid proc',
    400,
    /^malformed request: 1\.name/,
    post('/metadata', [proc('fine'), proc('not fine')], {}, admin),
  );
  refuse(
    'metadata with a reserved arg',
    400,
    /PATH/,
    post('/metadata', [proc('fine', { env_vars: { args: [{ name: 'PATH' }] } })], {}, admin),
  );
  refuse('an arg that is already a secret', 400, /already a secret of open/, async (headers) => {
    await gateway.call(gateway.admin, 'POST', '/secret', {
      body: { job_name: 'open', secrets: { TAKEN: 'a long secret' } },
    });
    return post('/metadata', [proc('open', { env_vars: { args: [{ name: 'TAKEN' }] } })], {}, admin)(headers);
  });
  refuse(
    'a secret that is an arg',
    400,
    /"A" is an arg of open/,
    post('/secret', { job_name: 'open', secrets: { A: 'a long secret' } }, {}, admin),
  );
  refuse(
    'a secret that is too short',
    400,
    /^malformed request: S: is too short/,
    post('/secret', { job_name: 'open', secrets: { S: 'tiny', OTHER: 'a long secret' } }, {}, admin),
  );
  refuse(
    'a secret of an invalid proc name',
    400,
    /job_name/,
    post('/secret', { job_name: 'not a name', secrets: { S: 'a long secret' } }, {}, admin),
  );

  it.each(cases)('%s: %i', async (name, status, text, call) => {
    if (name.startsWith('an arg that is already a secret')) await call();
    const before = await countRows();
    const answer = await call();
    const isJson = name.endsWith('problem+json');
    expect(answer).toMatchObject({ status, type: isJson ? 'application/problem+json' : 'text/plain' });
    expect(await countRows()).toEqual(before);
    if (isJson) {
      expect(answer.json()).toMatchObject({
        status,
        type: expect.stringMatching(/^urn:proctor:problem:/),
        title: expect.any(String),
      });
    } else if (typeof text === 'string') expect(answer.text).toBe(text);
    else expect(answer.text).toMatch(text);
    // v2's client prints it as a format string.
    if (!isJson) expect(answer.text).not.toMatch(/[%\n]/);
  });

  it('answers 401 and 403 as text and as problem+json', async () => {
    const refusals = [
      [null, 401],
      [who['in another group']!, 403],
    ] as const;
    for (const [identity, status] of refusals) {
      const body = { name: 'closed', args: { A: 'x' } };
      const plain = await gateway.call(identity, 'POST', '/execution', { body });
      expect(plain).toMatchObject({ status, type: 'text/plain' });
      const problem = await gateway.call(identity, 'POST', '/execution', { body, headers: JSON_ACCEPTED });
      expect(problem).toMatchObject({ status, type: 'application/problem+json' });
      expect(problem.json()).toMatchObject({ status });
    }
  });

  it('answers 431 to headers that are too large', async () => {
    const answer = await fetch(`${gateway.url}/ping`, { headers: { 'X-Big': 'x'.repeat(20_000) } });
    expect(answer.status).toBe(431);
  });

  it('answers 400 to bytes that are not HTTP', async () => {
    const answer = await sendRaw('hello there\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('answers 401 to a repeated token header', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const { email, token } = gateway.admin;
      const request = httpRequest(`${gateway.url}/metadata`, {
        headers: { 'Email-Id': email, 'Access-Token': [token, token] },
      });
      request
        .on('response', (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end();
    });
    expect(status).toBe(401);
  });
});

describe('POST /execution', () => {
  it('answers a client of v2 as v2 did', async () => {
    const answer = await gateway.call(who['owner']!, 'POST', '/execution', {
      body: { name: 'open', args: { A: 'pa$$word $(HOME) 100%' } },
      headers: { 'Client-Version': 'v2.0.8', 'Content-Type': 'text/whatever;;' },
    });
    expect(answer).toMatchObject({ status: 201, type: 'application/json' });
    const execution = answer.json<ExecutionBody & Record<string, unknown>>();
    expect(execution).toMatchObject({ job_name: 'open', image_tag: 'proctor/open:1', status: 'RECEIVED' });
    expect(Number.isSafeInteger(execution.id)).toBe(true);
    expect(execution.name).toMatch(new RegExp(`^proctor-[0-9a-f]+-${execution.id}$`));
    const [row] = await gateway.query('select args, user_email from execution where id = $1', [execution.id]);
    expect(row).toEqual({ args: { A: 'pa$$word $(HOME) 100%' }, user_email: 'owner@example.com' });
    const status = await gateway.call(who['owner']!, 'GET', `/execution/${execution.id}/status`);
    expect(status.json()).toEqual(execution);
  });

  it('adds it to the queue', async () => {
    const { id } = await submit(who['owner']!);
    const [host = '', port] = testRedisAddress().split(':');
    const redis = { host, port: Number(port), password: undefined };
    const [installation] = await gateway.query<{ id: string }>('select id from installation');
    const queue = new ExecutionQueue(redis, installation?.id ?? '', () => undefined);
    try {
      expect(await queue.addMissing([id])).toBe(0);
    } finally {
      await queue.close();
    }
  });

  it('creates one execution per Idempotency-Key', async () => {
    const body = { name: 'open', args: { A: 'x', B: 'y' } };
    const headers = { 'Idempotency-Key': 'key-1' };
    const before = (await countRows())['execution']!;
    const many = Array.from({ length: 10 }, () =>
      gateway.call(who['owner']!, 'POST', '/execution', { body, headers }),
    );
    const answers = await Promise.all(many);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(
      new Set(answers.map((answer) => answer.json<ExecutionBody & Record<string, unknown>>().id)).size,
    ).toBe(1);
    const swapped = { args: { B: 'y', A: 'x' }, name: 'open' };
    const again = await gateway.call(who['owner']!, 'POST', '/execution', { body: swapped, headers });
    expect(again.json()).toMatchObject({ id: answers[0]!.json()['id'] });
    expect((await countRows())['execution']).toBe(before + 1);

    for (const accept of [{}, JSON_ACCEPTED]) {
      const other = await gateway.call(who['owner']!, 'POST', '/execution', {
        body: { name: 'open', args: { A: 'z' } },
        headers: { ...headers, ...accept },
      });
      expect(other.status).toBe(422);
    }
    const stranger = await gateway.call(gateway.admin, 'POST', '/execution', { body, headers });
    expect(stranger.json()['id']).not.toBe(answers[0]!.json()['id']);
  });

  it('answers 429 if the proc refuses to queue', async () => {
    const limited = proc('limited', { concurrency: { limit: 1, when_full: 'refuse' } });
    await gateway.call(gateway.admin, 'POST', '/metadata', { body: [limited] });
    await submit(who['owner']!, 'limited');
    for (const headers of [{}, JSON_ACCEPTED]) {
      const body = { name: 'limited', args: { A: 'x' } };
      const answer = await gateway.call(who['owner']!, 'POST', '/execution', { body, headers });
      expect(answer.status).toBe(429);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
  });

  it('cancels an execution that has not started, once', async () => {
    const { id } = await submit(who['owner']!);
    const cancelled = await gateway.call(who['owner']!, 'POST', `/execution/${id}/cancel`);
    expect(cancelled).toMatchObject({ status: 200 });
    expect(cancelled.json()).toMatchObject({
      id,
      status: 'CANCELLED',
      reason: 'cancelled by owner@example.com',
    });
    expect(await gateway.call(who['owner']!, 'POST', `/execution/${id}/cancel`)).toMatchObject({
      status: 409,
    });
  });

  it('requests the cancellation of a running execution', async () => {
    const { id } = await submit(who['owner']!);
    await gateway.query(`update execution set lease_epoch = 1, worker_id = 'w' where id = $1`, [id]);
    const cancelled = await gateway.call(who['owner']!, 'POST', `/execution/${id}/cancel`);
    expect(cancelled.json()).toMatchObject({ status: 'RECEIVED', cancel_requested_at: expect.any(String) });
  });
});

describe('requests that offer another protocol', () => {
  it('serves them without the upgrade', async () => {
    const body = JSON.stringify({ name: 'open', args: { A: 'h2c' } });
    const { email, token } = who['owner']!;
    const answer = await sendRaw(
      `POST /execution HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n` +
        `Email-Id: ${email}\r\nAccess-Token: ${token}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
    expect(answer).toMatch(/"job_name":"open"/);
  });

  it('serves any number over one connection, each as if it were the first', async () => {
    const warnings: string[] = [];
    const note = ({ name }: Error) => warnings.push(name);
    process.on('warning', note);
    const offer = `GET /ping HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`;
    const answered = await new Promise<number>((resolve, reject) => {
      const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1', () => socket.write(offer));
      let answers = 0;
      socket.on('data', () => {
        answers += 1;
        if (answers === 50) socket.end();
        else socket.write(offer);
      });
      socket.on('close', () => resolve(answers)).on('error', reject);
    });
    process.off('warning', note);
    expect(answered).toBe(50);
    expect(warnings).toEqual([]);
  });
});

describe('secrets', () => {
  it('never appear in plain text in an answer, a log line or a row', async () => {
    const value = 'correct horse battery staple';
    const secrets = { S: value, TOO_LONG: `${value}${'x'.repeat(70_000)}` };
    const texts = [
      await gateway.call(gateway.admin, 'POST', '/secret', {
        body: { job_name: 'open', secrets: { S: value } },
      }),
      await gateway.call(gateway.admin, 'POST', '/secret', { body: { job_name: 'open', secrets } }),
      await gateway.call(gateway.admin, 'POST', '/secret', {
        body: { job_name: 'open', secrets: { 'bad name': value } },
      }),
      await gateway.call(gateway.admin, 'POST', '/secret', {
        body: `{"job_name":"open","secrets":{"S":"${value}"}`,
      }),
      await gateway.call(who['owner']!, 'POST', '/secret', {
        body: { job_name: 'open', secrets: { S: value } },
      }),
      await gateway.call(who['owner']!, 'POST', '/execution', {
        body: { name: 'open', args: { A: 'x', S: value } },
      }),
      await gateway.call(gateway.admin, 'GET', '/metadata'),
    ];
    expect(texts.map(({ status }) => status)).toEqual([201, 400, 400, 400, 403, 400, 200]);
    for (const { text } of texts) expect(text).not.toContain(value);
    expect(gateway.log()).not.toContain(value);
    expect(gateway.log()).not.toContain(gateway.admin.token);
    const [dump] = await gateway.query<{ all: string }>(
      `select (select string_agg(s::text, '') from proc_secret s) || (select string_agg(a::text, '') from audit_event a) as all`,
    );
    expect(dump?.all).toContain('open');
    expect(dump?.all).not.toContain(value);
    expect(dump?.all).not.toContain(Buffer.from(value).toString('hex'));
  });
});

/** Sends bytes and returns what arrived until the server paused or closed. */
function sendRaw(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setTimeout(2_000, () => socket.end());
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    socket.on('close', () => resolve(answer)).on('error', reject);
  });
}

describe('the limit of waiting executions', () => {
  it('gives 429 with Retry-After, whatever they wait for; one user may have half of it', async () => {
    const small = await startTestGateway({ env: { PROCTOR_USER_SHARE: '1', PROCTOR_QUEUE_LIMIT: '24' } });
    try {
      await small.call(small.admin, 'POST', '/metadata', { body: [proc('open')] });
      const askWith = (path: string, headers?: Record<string, string>, args = { A: 'x' }) =>
        small.call(small.admin, 'POST', path, { body: { name: 'open', args }, headers });
      const ask = () => askWith('/execution');
      const other = await small.createUser('other', []);
      const keyed = { 'Idempotency-Key': 'before-it-was-full' };
      const first = (await askWith('/execution', keyed)).json();
      const rerun = `/execution/${String(first['id'])}/rerun`;
      const again = (await askWith(rerun, keyed)).json();
      const deadline = performance.now() + 20_000;
      let answer = await ask();
      while (answer.status === 201 && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 300));
        answer = await ask();
      }
      expect(answer).toMatchObject({
        status: 429,
        text: expect.stringMatching(/^\d+ of your executions are waiting/),
      });
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);

      for (const [path, execution] of [['/execution', first] as const, [rerun, again] as const]) {
        const repeated = await askWith(path, keyed);
        expect({ path, status: repeated.status }).toEqual({ path, status: 201 });
        expect(repeated.json()).toMatchObject({ id: execution['id'], created_at: execution['created_at'] });
        expect(await askWith(path, { 'Idempotency-Key': 'new' })).toMatchObject({ status: 429 });
      }
      expect(await askWith('/execution', keyed, { A: 'y' })).toMatchObject({ status: 422 });
      const body = { name: 'open', args: { A: 'x' } };
      const ofOther = await small.call(other, 'POST', '/execution', { body });
      expect(ofOther).toMatchObject({ status: 201 });

      const [row] = await small.query<{ n: number }>(
        `select count(*)::int as n from execution where waiting_for = 'share'`,
      );
      expect(row?.n).toBeGreaterThan(1);
    } finally {
      await small.remove();
    }
  }, 60_000);
});
