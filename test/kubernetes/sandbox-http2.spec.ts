import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { join } from 'node:path';
import { type KubeSandbox, startKubeSandbox } from '@app/kube-sandbox';
import { tempDir } from '../support/servers.js';

const SECRETS = '/api/v1/namespaces/default/secrets';
const dir = tempDir();
let sandbox: KubeSandbox;

beforeAll(async () => {
  sandbox = await startKubeSandbox({
    ...{ dataDir: join(dir.path, 'kube'), procsDir: dir.path, nullContainers: {} },
    maxConcurrentStreams: 7,
  });
});
afterAll(async () => {
  await sandbox.close();
  dir.remove();
});

async function withSession<T>(use: (session: ClientHttp2Session) => Promise<T>): Promise<T> {
  const kubeconfig = JSON.parse(readFileSync(sandbox.kubeconfigPath, 'utf8')) as {
    clusters: { cluster: { 'certificate-authority-data': string } }[];
  };
  const ca = Buffer.from(kubeconfig.clusters[0]!.cluster['certificate-authority-data'], 'base64');
  const session = connect(sandbox.url, { ca });
  session.on('error', () => undefined);
  try {
    return await use(session);
  } finally {
    session.destroy();
  }
}

interface Answer {
  status: number;
  body: string;
  /** How the server ended the stream; 0: completely. */
  code: number;
}

function begin(session: ClientHttp2Session, headers: OutgoingHttpHeaders, body?: string): ClientHttp2Stream {
  const authorization = `Bearer ${sandbox.token}`;
  const stream = session.request({ authorization, ...headers }, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  return stream;
}

async function answerOf(stream: ClientHttp2Stream): Promise<Answer> {
  let status = 0;
  let body = '';
  stream.setEncoding('utf8');
  stream.on('response', (headers) => (status = headers[':status'] ?? 0));
  stream.on('data', (text: string) => (body += text));
  stream.on('error', () => undefined);
  // Without an error, a stream of Node whose request was not sent to its end never closes by itself.
  stream.on('end', () => stream.rstCode === 0 && stream.destroy());
  await new Promise<void>((resolve) => stream.once('close', () => resolve()));
  return { status, body, code: stream.rstCode };
}

interface WatchEvent {
  object: { metadata: { name: string } };
}

const post = { ':method': 'POST', ':path': SECRETS, 'content-type': 'application/json' };
const secret = (name: string) => JSON.stringify({ metadata: { name } });

describe('the sandbox over HTTP/2', () => {
  it('serves requests, a watch and its events on one connection, and says how many it takes', async () => {
    const { connections } = sandbox.requests();
    await withSession(async (session) => {
      await new Promise((resolve) => session.once('remoteSettings', resolve));
      expect(session.remoteSettings.maxConcurrentStreams).toBe(7);
      const watch = begin(session, { ':path': `${SECRETS}?watch=true` });
      const event = new Promise<string>((resolve) => watch.once('data', (bytes) => resolve(String(bytes))));
      expect(await answerOf(begin(session, post, secret('a')))).toMatchObject({ status: 201, code: 0 });
      expect(JSON.parse(await event)).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'a' } } });
      expect(await answerOf(begin(session, post, secret('a')))).toMatchObject({ status: 409, code: 0 });
      expect(sandbox.requests().connections).toBe(connections + 1);
    });
  });

  it('shows that a watch was cut', async () => {
    await withSession(async (session) => {
      const watch = begin(session, { ':path': `${SECRETS}?watch=true` });
      await new Promise((resolve) => watch.once('response', resolve));
      const answer = answerOf(watch);
      sandbox.faults.dropWatches('secrets');
      expect((await answer).code).toBe(constants.NGHTTP2_INTERNAL_ERROR);
    });
  });

  it('sends all changes to a watch that resumes far behind', async () => {
    await withSession(async (session) => {
      const list = await answerOf(begin(session, { ':path': SECRETS }));
      const { metadata } = JSON.parse(list.body) as { metadata: { resourceVersion: string } };
      const names = Array.from({ length: 30 }, (_, at) => `far-${at}`);
      const data = { value: 'x'.repeat(700_000) };
      for (const name of names) {
        const body = JSON.stringify({ metadata: { name }, data });
        expect(await answerOf(begin(session, post, body))).toMatchObject({ status: 201 });
      }
      // Together they are more than a client may leave unread of what happens later.
      const query = `watch=true&timeoutSeconds=2&resourceVersion=${metadata.resourceVersion}`;
      const watch = await answerOf(begin(session, { ':path': `${SECRETS}?${query}` }));
      const events = watch.body.trim().split('\n');
      expect(watch.code).toBe(0);
      const seen = events.map((line) => (JSON.parse(line) as WatchEvent).object.metadata.name);
      expect(seen).toEqual(names);
      // Other tests watch from the start, and do not read that much.
      for (const name of names) {
        expect(
          await answerOf(begin(session, { ':method': 'DELETE', ':path': `${SECRETS}/${name}` })),
        ).toMatchObject({ status: 200 });
      }
    });
  });

  it('lets clients finish what they have begun after a GOAWAY', async () => {
    await withSession(async (session) => {
      const watch = begin(session, { ':path': `${SECRETS}?watch=true&resourceVersion=` });
      await new Promise((resolve) => watch.once('response', resolve));
      const told = new Promise<number>((resolve) => session.once('goaway', resolve));
      expect(sandbox.faults.sendGoAway()).toBeGreaterThanOrEqual(1);
      expect(await told).toBe(constants.NGHTTP2_NO_ERROR);
      let seen = '';
      watch.on('data', (bytes) => (seen += String(bytes)));
      await withSession(async (next) => {
        expect(await answerOf(begin(next, post, secret('after-goaway')))).toMatchObject({ status: 201 });
      });
      while (!seen.includes('after-goaway')) await new Promise((resolve) => watch.once('data', resolve));
    });
  });

  it.each<[string, number, OutgoingHttpHeaders, string | undefined]>([
    ['a wrong token', 401, { authorization: 'Bearer other' }, undefined],
    ['a name that is not its own', 403, { ':authority': 'evil.example' }, undefined],
    ['a web page', 403, { origin: 'https://evil.example' }, undefined],
    ['another content type', 415, { ...post, 'content-type': 'text/plain' }, '{}'],
    ['a body that is not JSON', 400, post, '{'],
    ['too large a body', 413, post, JSON.stringify('x'.repeat(4 * 1024 * 1024))],
    ['an unknown path', 404, { ':path': '/nowhere' }, undefined],
    ['an unknown method', 405, { ':method': 'PUT', ':path': SECRETS }, undefined],
  ])('refuses %s with %d', async (_what, status, headers, body) => {
    await withSession(async (session) => {
      const answer = await answerOf(begin(session, { ':path': SECRETS, ...headers }, body));
      expect(answer.status).toBe(status);
      expect(JSON.parse(answer.body)).toMatchObject({ kind: 'Status', code: status });
      // The connection goes on.
      expect(await answerOf(begin(session, { ':path': SECRETS }))).toMatchObject({ status: 200 });
    });
  });
});
