import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SCHEDULE_TEXTS } from '@app/contract';
import { startTestGateway, type Identity, type TestGateway } from '../support/gateway.js';
import { goJson, goRequest, gorillaHandshake, talk, type WireAnswer } from '../support/go-wire.js';

let gateway: TestGateway;
let owner: Identity;
let outsider: Identity;

beforeAll(async () => {
  gateway = await startTestGateway();
  owner = await gateway.createUser('owner', ['group']);
  outsider = await gateway.createUser('outsider', []);
  await gateway.call(gateway.admin, 'POST', '/metadata', {
    body: [
      metadata('say-hello', { authorized_groups: ['group'] }),
      metadata('anything', { allow_undeclared_args: ['LINES', 'UNICODE', 'EQUALS', 'EMPTY'] }),
    ],
  });
}, 60_000);
afterAll(() => gateway.remove(), 30_000);

const metadata = (name: string, extra: Record<string, unknown> = {}) => ({
  name,
  description: 'greets <all> & sundry',
  image_name: `proctor/${name}:1`,
  env_vars: { secrets: null, args: [{ name: 'WHO', description: 'whom' }] },
  authorized_groups: null,
  author: 'a',
  contributors: 'c',
  organization: 'o',
  ...extra,
});

/** The headers that v2's CLI always sends. Go writes headers in the order of their names. */
const headersOf = ({ email, token }: Identity, version = 'v2.0.8'): [string, string][] => [
  ['Access-Token', token],
  ['Client-Version', version],
  ['Email-Id', email],
];

function send(
  who: Identity,
  method: string,
  path: string,
  body?: string,
  version?: string,
): Promise<WireAnswer> {
  const host = new URL(gateway.url).host;
  return talk(gateway.url, goRequest({ method, path, host, headers: headersOf(who, version), body }));
}

/** `{"name":…,"args":…}`, as Go writes `struct { Name string; Args map[string]string }`. */
const execute = (name: string, args: Record<string, string> | null) =>
  `{"name":${goJson(name)},"args":${goJson(args)}}`;

/** The fields of v2's schedule in their order; `enabled` came late in 2.0. */
function schedule(changes: Record<string, unknown> = {}, enabled?: boolean): string {
  const fields = {
    id: 0,
    jobName: 'say-hello',
    args: { WHO: 'world' },
    notificationEmails: 'a@example.com,b@example.com',
    cron: '*/5 * * * *',
    tags: 'nightly,db',
    group: 'ops',
    ...(enabled !== undefined && { enabled }),
    ...changes,
  };
  return `{${Object.entries(fields)
    .map(([name, value]) => `"${name}":${goJson(value)}`)
    .join(',')}}`;
}

/** The id as it stands in the body, digit for digit. */
const idOf = ({ body }: WireAnswer): string => /"id":(\d+)[,}]/.exec(body)?.[1] ?? `no id in ${body}`;

function expectUint64(digits: string): void {
  expect(digits).toMatch(/^[1-9]\d*$/);
  expect(BigInt(digits) <= BigInt(Number.MAX_SAFE_INTEGER)).toBe(true);
}

/** Values that a careless client or server would change. */
const AWKWARD_VALUES = {
  WHO: '<b>R&D</b> "quoted" back\\slash $(HOME) $$ 100%',
  LINES: 'one\ntwo\r\n\tthree\u2028four\u2029',
  UNICODE: 'ü 😀 \u007f \u0001',
  EQUALS: 'a=b=c',
  EMPTY: '',
};

describe('the replayed requests', () => {
  it('are byte for byte what Go writes', () => {
    const body = execute('p', { B: '<a> & "b"\u2028\u2029\n\t\u0001\u007f', A: 'ü😀\\' });
    const request = goRequest({
      method: 'POST',
      path: '/execution',
      host: 'localhost:5001',
      headers: headersOf({ email: 'a@example.com', token: 't' }),
      body,
    });
    expect(request).toBe(
      [
        'POST /execution HTTP/1.1',
        'Host: localhost:5001',
        'User-Agent: Go-http-client/1.1',
        `Content-Length: ${Buffer.byteLength(body)}`,
        'Access-Token: t',
        'Client-Version: v2.0.8',
        'Content-Type: application/json',
        'Email-Id: a@example.com',
        'Accept-Encoding: gzip',
        '',
        '{"name":"p","args":{"A":"ü😀\\\\","B":"\\u003ca\\u003e \\u0026 \\"b\\"\\u2028\\u2029\\n\\t\\u0001\u007f"}}',
      ].join('\r\n'),
    );
  });
});

describe('proctor execute', () => {
  it('201 with the fields of v2, and stores every value unchanged', async () => {
    const answer = await send(owner, 'POST', '/execution', execute('anything', AWKWARD_VALUES));
    expect(answer).toMatchObject({ status: 201, type: 'application/json; charset=utf-8' });
    expectUint64(idOf(answer));
    expect(JSON.parse(answer.body)).toMatchObject({
      id: Number(idOf(answer)),
      job_name: 'anything',
      name: expect.stringMatching(new RegExp(`^proctor-.*${idOf(answer)}$`)),
      image_tag: 'proctor/anything:1',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      updated_at: expect.any(String),
      status: 'RECEIVED',
    });
    const [row] = await gateway.query('select args from execution where id = $1', [idOf(answer)]);
    expect(row).toEqual({ args: AWKWARD_VALUES });
  });

  it('201 without args, which Go writes as null', async () => {
    expect(await send(owner, 'POST', '/execution', execute('say-hello', null))).toMatchObject({
      status: 201,
    });
  });

  it('status', async () => {
    const id = idOf(await send(owner, 'POST', '/execution', execute('say-hello', {})));
    const answer = await send(owner, 'GET', `/execution/${id}/status`);
    expect(answer).toMatchObject({ status: 200, type: 'application/json; charset=utf-8' });
    expect(idOf(answer)).toBe(id);
    expect(JSON.parse(answer.body)).toMatchObject({ job_name: 'say-hello', status: 'RECEIVED' });
  });

  it.each<[what: string, body: string | undefined, status: number, text: string | RegExp]>([
    ['not JSON', '{"name":', 400, 'Failed to parse request body from CLI'],
    ['no body', '', 400, 'Failed to parse request body from CLI'],
    ['an unknown proc', execute('nothing', {}), 404, /./],
    ['an arg that is not declared', execute('say-hello', { '100%s': '%d' }), 400, /./],
    ['LD_PRELOAD', execute('anything', { LD_PRELOAD: '/tmp/x.so' }), 400, /LD_PRELOAD/],
  ])('%s: a refusal in one line without a percent sign', async (_what, body, status, text) => {
    const answer = await send(owner, 'POST', '/execution', body);
    expectRefusal(answer, status, text);
  });

  it('403 for a user who is not in the groups', async () => {
    expectRefusal(await send(outsider, 'POST', '/execution', execute('say-hello', {})), 403, /./);
  });

  it.each([
    ['12a', 400, 'Failed to translate path parameter to uint64'],
    ['-1', 400, 'Failed to translate path parameter to uint64'],
    ['18446744073709551616', 400, 'Failed to translate path parameter to uint64'],
    ['18446744073709551615', 404, 'Execution context not Found'],
    ['1', 404, 'Execution context not Found'],
  ])('the status of %s: %i %s', async (id, status, text) => {
    expectRefusal(await send(owner, 'GET', `/execution/${id}/status`), status, text);
  });
});

describe('proctor list', () => {
  it('200 with the fields of v2 in every proc, none of them null', async () => {
    const answer = await send(owner, 'GET', '/metadata');
    expect(answer).toMatchObject({ status: 200, type: 'application/json; charset=utf-8' });
    const procs = JSON.parse(answer.body) as Record<string, unknown>[];
    expect(procs.find(({ name }) => name === 'say-hello')).toEqual({
      name: 'say-hello',
      description: 'greets <all> & sundry',
      image_name: 'proctor/say-hello:1',
      env_vars: { secrets: [], args: [{ name: 'WHO', description: 'whom' }] },
      authorized_groups: ['group'],
      author: 'a',
      contributors: 'c',
      organization: 'o',
    });
    expect((JSON.parse((await send(outsider, 'GET', '/metadata')).body) as unknown[]).length).toBe(1);
  });
});

describe('admin scripts', () => {
  it('register metadata: 201 without a body', async () => {
    const body = goJson([metadata('from-script')]);
    expect(await send(gateway.admin, 'POST', '/metadata', body)).toMatchObject({ status: 201, body: '' });
    expectRefusal(await send(gateway.admin, 'POST', '/metadata', '{}'), 400, 'malformed request');
    expectRefusal(await send(owner, 'POST', '/metadata', body), 403, /./);
  });

  it('set secrets: 201 without a body', async () => {
    const body = `{"job_name":"say-hello","secrets":${goJson({ TOKEN: 'a<b>&c "long" value' })}}`;
    expect(await send(gateway.admin, 'POST', '/secret', body)).toMatchObject({ status: 201, body: '' });
    expectRefusal(await send(gateway.admin, 'POST', '/secret', 'x'), 400, 'malformed request');
  });
});

describe('proctor schedule', () => {
  it('204 without a body if there is no schedule', async () => {
    const answer = await send(owner, 'GET', '/schedule');
    expect(answer).toMatchObject({ status: 204, body: '' });
    expect(answer.headers['content-type']).toBeUndefined();
  });

  it.each<[what: string, body: string, status: number, text: string | RegExp]>([
    ['not JSON', '{', 400, SCHEDULE_TEXTS.malformed],
    ['a number as tags', schedule({ tags: 1 }), 400, /^Malformed request: tags: /],
    [
      'no tags, and nothing else valid',
      schedule({ tags: '', cron: '', group: '' }),
      400,
      SCHEDULE_TEXTS.tagsMissing,
    ],
    ['a cron of words', schedule({ cron: 'every day', group: '' }), 400, SCHEDULE_TEXTS.cronInvalid],
    ['a cron of numbers out of range', schedule({ cron: '61 * * * *' }), 400, SCHEDULE_TEXTS.cronInvalid],
    ['no email', schedule({ notificationEmails: '' }), 400, SCHEDULE_TEXTS.emailInvalid],
    [
      'one invalid email',
      schedule({ notificationEmails: 'a@example.com,b' }),
      400,
      SCHEDULE_TEXTS.emailInvalid,
    ],
    ['no group', schedule({ group: '' }), 400, SCHEDULE_TEXTS.groupMissing],
    ['an unknown proc', schedule({ jobName: 'nothing' }), 404, SCHEDULE_TEXTS.procNotFound],
  ])('%s: exactly the text of v2', async (_what, body, status, text) => {
    expectRefusal(await send(owner, 'POST', '/schedule', body), status, text);
  });

  it.each<[what: string, body: string]>([
    ['without "enabled", as 2.0 began', schedule({ args: { WHO: 'early' } })],
    ['with "enabled"', schedule({ args: { WHO: 'late <&>' } }, true)],
  ])('%s: created, described, listed, refused as a duplicate, removed', async (_what, body) => {
    const made = await send(owner, 'POST', '/schedule', body);
    expect(made).toMatchObject({ status: 201, type: 'application/json; charset=utf-8' });
    const id = idOf(made);
    expectUint64(id);
    const sent = JSON.parse(body) as Record<string, unknown>;
    // More fields may follow: Go's decoder ignores unknown ones.
    const expected = {
      ...sent,
      id: Number(id),
      enabled: true,
      userEmail: owner.email,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    };
    expect(JSON.parse(made.body)).toMatchObject(expected);

    const described = await send(owner, 'GET', `/schedule/${id}`);
    expect(described).toMatchObject({ status: 200 });
    expect(idOf(described)).toBe(id);
    expect(JSON.parse(described.body)).toMatchObject(expected);

    const listed = await send(owner, 'GET', '/schedule');
    expect(listed).toMatchObject({ status: 200, type: 'application/json; charset=utf-8' });
    expect(JSON.parse(listed.body)).toMatchObject([expected]);

    expectRefusal(await send(owner, 'POST', '/schedule', body), 409, SCHEDULE_TEXTS.duplicate);
    expect(await send(owner, 'DELETE', `/schedule/${id}`)).toMatchObject({
      status: 200,
      body: SCHEDULE_TEXTS.deleted,
    });
    expectRefusal(await send(owner, 'DELETE', `/schedule/${id}`), 404, /./);
    expectRefusal(await send(owner, 'GET', `/schedule/${id}`), 404, /./);
    expect(await send(owner, 'GET', '/schedule')).toMatchObject({ status: 204 });
  });

  it('does not list a disabled schedule', async () => {
    const made = await send(owner, 'POST', '/schedule', schedule({}, false));
    expect(made).toMatchObject({ status: 201 });
    expect(await send(owner, 'GET', '/schedule')).toMatchObject({ status: 204 });
    await send(owner, 'DELETE', `/schedule/${idOf(made)}`);
  });

  it.each(['GET', 'DELETE'])('%s with an id that is not a number: 400', async (method) => {
    expectRefusal(
      await send(owner, method, '/schedule/my-job'),
      400,
      'Failed to translate path parameter to uint64',
    );
  });

  it('403 for a user who is not in the groups', async () => {
    expectRefusal(await send(outsider, 'POST', '/schedule', schedule()), 403, /./);
  });
});

describe('unauthenticated requests', () => {
  const requests: [method: string, path: string, body: string | undefined][] = [
    ['GET', '/metadata', undefined],
    ['POST', '/execution', execute('say-hello', {})],
    ['GET', '/execution/1/status', undefined],
    ['POST', '/schedule', schedule()],
    ['GET', '/schedule', undefined],
    ['GET', '/schedule/1', undefined],
    ['DELETE', '/schedule/1', undefined],
  ];

  it.each(requests)('%s %s: 401 for a wrong token and for an empty one', async (method, path, body) => {
    const { email } = owner;
    expectRefusal(await send({ email, token: 'guessed' }, method, path, body), 401, /./);
    // The CLI without a configuration sends the headers without values.
    expectRefusal(await send({ email: '', token: '' }, method, path, body), 401, /./);
  });

  it.each(requests)('%s %s: the text for an outdated client', async (method, path, body) => {
    const text =
      'Your Proctor client is using an outdated version: v1.9.0. To continue using proctor, please upgrade to latest version.';
    expectRefusal(await send(owner, method, path, body, 'v1.9.0'), 400, text);
  });
});

describe('proctor logs', () => {
  const dial = (who: Identity, contextId: string, key = randomBytes(16).toString('base64')) => {
    const host = new URL(gateway.url).host;
    const path = `/execution/logs?context_id=${contextId}`;
    return talk(gateway.url, gorillaHandshake({ path, host, key, headers: headersOf(who) }));
  };

  it('opens as gorilla expects, sends whole lines, and closes with 1000 and a reason', async () => {
    const id = idOf(await send(owner, 'POST', '/execution', execute('say-hello', {})));
    await gateway.addRows(Number(id), [{ text: 'one' }, { text: 'two ü' }]);
    await gateway.end(Number(id));
    // RFC 6455, 1.3: the example.
    const answer = await dial(owner, id, 'dGhlIHNhbXBsZSBub25jZQ==');
    expect(answer).toMatchObject({
      status: 101,
      headers: {
        upgrade: 'websocket',
        connection: 'Upgrade',
        'sec-websocket-accept': 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
      },
    });
    expect(answer.headers['sec-websocket-extensions']).toBeUndefined();
    const texts = answer.frames.filter(({ opcode }) => opcode === 1).map(({ data }) => data.toString('utf8'));
    expect(texts.join('\n')).toBe('one\ntwo ü');
    const close = answer.frames.at(-1);
    expect(close).toMatchObject({ opcode: 8 });
    expect(close?.data.readUInt16BE(0)).toBe(1000);
    expect(close?.data.subarray(2).toString('utf8')).toBe('execution ended: FINISHED');
  });

  it.each([
    ['12a', /uint64/],
    ['999', /not Found/],
  ])('the log of %s: opens, and closes with the reason', async (id, reason) => {
    const answer = await dial(owner, id);
    expect(answer.status).toBe(101);
    const close = answer.frames.at(-1);
    expect(close?.data.readUInt16BE(0)).toBe(1000);
    expect(close?.data.subarray(2).toString('utf8')).toMatch(reason);
  });

  it('answers a refused upgrade over HTTP: the client would crash on a closed connection', async () => {
    const id = idOf(await send(owner, 'POST', '/execution', execute('say-hello', {})));
    expectRefusal(await dial({ email: owner.email, token: 'guessed' }, id), 401, /./);
    expectRefusal(await dial({ email: '', token: '' }, id), 401, /./);
    expectRefusal(await dial(outsider, id), 403, /./);
  });
});

describe('anyone', () => {
  it('ping: pong', async () => {
    const host = new URL(gateway.url).host;
    const answer = await talk(gateway.url, goRequest({ method: 'GET', path: '/ping', host, headers: [] }));
    expect(answer).toMatchObject({ status: 200, body: 'pong', type: 'text/plain; charset=utf-8' });
  });
});

/** Plain text in one line, without format directives. */
function expectRefusal(answer: WireAnswer, status: number, text: string | RegExp): void {
  expect(answer).toMatchObject({ status, type: 'text/plain; charset=utf-8' });
  if (typeof text === 'string') expect(answer.body).toBe(text);
  else expect(answer.body).toMatch(text);
  expect(answer.body).not.toMatch(/[%\n\r]/);
}
