import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createLogger,
  loadEnv,
  startTelemetry,
  telemetrySettings,
  telemetryVars,
  type Telemetry,
} from '@app/platform';
import { fastify as createFastify, type FastifyInstance } from 'fastify';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, WebSocketServer } from 'ws';
import * as z from 'zod';
import { findUpgrade, routeUpgrades } from '../../apps/gateway/src/http/route-upgrades.js';
import { GatewayMetrics } from '../../apps/gateway/src/metrics/gateway-metrics.js';
import { measureRequests } from '../../apps/gateway/src/metrics/measure-requests.js';
import { MetricsStore } from '../../libs/database/src/executions/metrics.store.js';
import { EventLoopLag } from '../../libs/platform/src/telemetry/event-loop-lag.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { freePort } from '../support/servers.js';
import { setUpStores } from '../support/set-up-stores.js';
import { aProc, aSubmission } from '../support/stores.js';

const LICENCE_KEY = 'abcdef0123456789abcdef0123456789abcdNRAL';
const NEW_RELIC = { PROCTOR_NEW_RELIC_APP_NAME: 'runs', PROCTOR_NEW_RELIC_LICENCE_KEY: LICENCE_KEY };

interface Delivery {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A metrics collector that answers as the test tells it to. */
interface Collector {
  url: string;
  deliveries: Delivery[];
  answer: (response: ServerResponse) => void;
  stop(): Promise<void>;
}

async function startCollector(answer: Collector['answer']): Promise<Collector> {
  const collector: Partial<Collector> & { deliveries: Delivery[] } = { deliveries: [], answer };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      collector.deliveries.push({ method, url, headers, body: Buffer.concat(chunks) });
      collector.answer?.(response);
    });
  });
  return Object.assign(collector, {
    url: await listen(server),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  }) as Collector;
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const accept = (response: ServerResponse) => void response.writeHead(200).end();
const fail = (response: ServerResponse) =>
  void response.writeHead(500, `no, ${LICENCE_KEY}`).end(LICENCE_KEY);
const hang = () => undefined;

async function until(isSo: () => boolean): Promise<void> {
  for (const deadline = performance.now() + 8_000; !isSo(); await sleep(20)) {
    if (performance.now() > deadline) throw new Error('it did not come to that in time');
  }
}

let log: { level: string; msg: string }[];
let running: Telemetry[];
const start = async (env: Record<string, string>): Promise<Telemetry> => {
  const destination = { write: (line: string) => void log.push(JSON.parse(line) as (typeof log)[number]) };
  const telemetry = await startTelemetry({
    service: 'gateway',
    settings: telemetrySettings(loadEnv(z.object(telemetryVars), env)),
    logger: createLogger({ service: 'gateway', level: 'debug', destination }),
  });
  running.push(telemetry);
  return telemetry;
};

beforeEach(() => {
  log = [];
  running = [];
});
afterEach(() => Promise.all(running.map((telemetry) => telemetry.close())));

describe('sending metrics', () => {
  let collector: Collector;
  const toCollector = (intervalMs: number) => ({
    ...NEW_RELIC,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_METRIC_EXPORT_INTERVAL: String(intervalMs),
  });
  afterEach(() => collector.stop());

  it('sends them as protobuf, with the app name and the license key of New Relic', async () => {
    collector = await startCollector(accept);
    const telemetry = await start({ ...toCollector(100), OTEL_RESOURCE_ATTRIBUTES: 'team=platform' });
    telemetry.meter.createCounter('proctor_test_total').add(7);
    await until(() => collector.deliveries.length >= 2);
    const [delivery] = collector.deliveries;
    expect(delivery).toMatchObject({ method: 'POST', url: '/v1/metrics' });
    expect(delivery?.headers).toMatchObject({
      'api-key': LICENCE_KEY,
      'content-type': 'application/x-protobuf',
    });
    const text = delivery?.body.toString('latin1') ?? '';
    for (const part of [
      'proctor_test_total',
      'process_cpu_seconds_total',
      'service.name',
      'runs',
      'team',
      'gateway',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain(LICENCE_KEY);
  });

  it('sends the remaining metrics when it closes', async () => {
    collector = await startCollector(accept);
    const telemetry = await start(toCollector(3_600_000));
    telemetry.meter.createCounter('proctor_last_words_total').add(1);
    await telemetry.close();
    expect(collector.deliveries.map(({ body }) => body.includes('proctor_last_words_total'))).toEqual([true]);
  });

  it.each<[string, (url: string) => Record<string, string>]>([
    ['nothing is set', () => ({ OTEL_METRIC_EXPORT_INTERVAL: '100' })],
    [
      'it is switched off',
      (url) => ({
        ...NEW_RELIC,
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        OTEL_METRIC_EXPORT_INTERVAL: '100',
        OTEL_SDK_DISABLED: 'true',
      }),
    ],
  ])('sends nothing when %s', async (_name, envFor) => {
    collector = await startCollector(accept);
    const telemetry = await start(envFor(collector.url));
    await sleep(400);
    await telemetry.close();
    expect(collector.deliveries).toEqual([]);
    expect(await start({}).then((other) => other.prometheusText())).toContain('process_cpu_seconds_total');
    expect(log).toEqual([]);
  });

  it('survives a failing collector; logs the failure once, and the recovery', async () => {
    collector = await startCollector(fail);
    const telemetry = await start(toCollector(100));
    const counter = telemetry.meter.createCounter('proctor_test_total');
    counter.add(1);
    await until(() => collector.deliveries.length >= 4);
    expect(await telemetry.prometheusText()).toContain('proctor_test_total 1');
    expect(log.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
      'info sending metrics',
      'warn could not send metrics',
    ]);
    collector.answer = accept;
    await until(() => log.length === 3);
    expect(log[2]?.msg).toBe('sending metrics works again');
    expect(JSON.stringify(log)).not.toContain(LICENCE_KEY);
  });

  it('survives a collector that hangs, and closes within two seconds', async () => {
    collector = await startCollector(hang);
    const telemetry = await start(toCollector(2_000));
    telemetry.meter.createCounter('proctor_test_total').add(1);
    await until(() => collector.deliveries.length > 0);
    expect(await telemetry.prometheusText()).toContain('proctor_test_total 1');
    // This timer starts first, so that it cannot win just because the machine stalls for a moment.
    const isLate = sleep(2_300, true);
    expect(await Promise.race([telemetry.close(), isLate])).toBeUndefined();
  });

  it('survives a missing collector', async () => {
    collector = await startCollector(accept);
    const telemetry = await start({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `http://127.0.0.1:${await freePort()}/v1/metrics`,
      OTEL_METRIC_EXPORT_INTERVAL: '200',
    });
    await until(() => log.some(({ msg }) => msg === 'could not send metrics'));
    expect(JSON.stringify(log)).toContain('ECONNREFUSED');
    expect(await telemetry.prometheusText()).toContain('process_cpu_seconds_total');
  });
});

describe('requests', () => {
  let fastify: FastifyInstance;
  let url: string;
  let telemetry: Telemetry;
  const requestsOf = async (pattern: RegExp) =>
    (await telemetry.prometheusText())
      .split('\n')
      .filter((line) => pattern.test(line))
      .sort();

  beforeEach(async () => {
    telemetry = await start({});
    fastify = createFastify();
    measureRequests(fastify, new GatewayMetrics(telemetry));
    fastify.get('/ping', async () => 'pong');
    fastify.get('/execution/:id/status', async (_request, reply) => reply.code(401).send('no'));
    fastify.get('/metadata', () => new Promise(() => undefined));
    fastify.get('/execution/logs', (request, reply) => {
      reply.hijack();
      const upgrade = findUpgrade(request.raw);
      if (!upgrade) {
        reply.raw.writeHead(200).write('a line\n');
        return;
      }
      new WebSocketServer({ noServer: true }).handleUpgrade(
        request.raw,
        upgrade.socket,
        upgrade.head,
        (socket) => socket.close(1000),
      );
    });
    await fastify.ready();
    routeUpgrades(fastify);
    url = await fastify.listen({ host: '127.0.0.1', port: 0 });
  });
  afterEach(async () => {
    fastify.server.closeAllConnections();
    await fastify.close();
  });

  it('are counted by route, method and status, and timed', async () => {
    await fetch(`${url}/ping?secret=1`);
    await fetch(`${url}/ping`, { method: 'HEAD' });
    await Promise.all([1, 2, 3].map((id) => fetch(`${url}/execution/${id}/status`)));
    for (const path of ['/wp-admin', '/etc/passwd']) await fetch(url + path);
    expect(await requestsOf(/^proctor_http_requests_total/)).toEqual([
      'proctor_http_requests_total{route="getExecutionStatus",method="GET",status="401"} 3',
      'proctor_http_requests_total{route="ping",method="GET",status="200"} 1',
      'proctor_http_requests_total{route="ping",method="HEAD",status="200"} 1',
      'proctor_http_requests_total{route="unknown",method="GET",status="404"} 2',
    ]);
    expect(await requestsOf(/duration_seconds_count/)).toEqual([
      'proctor_http_request_duration_seconds_count{route="getExecutionStatus",method="GET",status_class="4xx"} 3',
      'proctor_http_request_duration_seconds_count{route="ping",method="GET",status_class="2xx"} 1',
      'proctor_http_request_duration_seconds_count{route="ping",method="HEAD",status_class="2xx"} 1',
      'proctor_http_request_duration_seconds_count{route="unknown",method="GET",status_class="4xx"} 2',
    ]);
    expect(await requestsOf(/duration_seconds_bucket.*"ping",method="GET".*\+Inf/)).toHaveLength(1);
    expect(await requestsOf(/^proctor_(failed_logins|executions_accepted)_total/)).toEqual([
      'proctor_executions_accepted_total 0',
      'proctor_failed_logins_total 3',
    ]);
  });

  it('are counted when the client does not wait for the answer', async () => {
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    await new Promise((resolve) => socket.write('GET /metadata HTTP/1.1\r\nHost: x\r\n\r\n', resolve));
    await sleep(250);
    socket.destroy();
    let left: string[] = [];
    for (const deadline = performance.now() + 5_000; left.length < 1 && performance.now() < deadline;) {
      await sleep(20);
      left = await requestsOf(/^proctor_http_requests_total/);
    }
    expect(left).toEqual(['proctor_http_requests_total{route="listProcs",method="GET",status="499"} 1']);
    const [seconds] = await requestsOf(/duration_seconds_sum.*listProcs/);
    expect(Number(seconds?.split(' ').at(-1))).toBeGreaterThan(0.15);
  });

  it('for logs are counted when they end, and not timed', async () => {
    const stream = await fetch(`${url}/execution/logs`);
    await stream.body?.cancel();
    const socket = new WebSocket(`${url.replace('http', 'ws')}/execution/logs`);
    await once(socket, 'close');
    let counted: string[] = [];
    for (const deadline = performance.now() + 5_000; counted.length < 2 && performance.now() < deadline;) {
      await sleep(20);
      counted = await requestsOf(/^proctor_http_requests_total/);
    }
    expect(counted).toEqual(
      [
        'proctor_http_requests_total{route="streamExecutionLogs",method="GET",status="101"} 1',
        'proctor_http_requests_total{route="streamExecutionLogs",method="GET",status="200"} 1',
      ].sort(),
    );
    expect(await requestsOf(/duration_seconds/)).toEqual([]);
  });
});

describe('MetricsStore', () => {
  const stores = setUpStores();

  it('counts waiting and running executions, but no ended ones', async () => {
    const store = new MetricsStore(stores.database);
    expect(await store.countLive()).toEqual({ waiting: 0, running: 0 });
    await stores.procs.register([aProc('proc-1')]);
    const ids = [];
    for (let count = 0; count < 6; count += 1) {
      ids.push((await stores.executions.submit(aSubmission({ procName: 'proc-1' }))).execution.id);
    }
    await stores.query(`update execution set status = 'CREATED' where id = $1`, [ids[0]]);
    await stores.query(`update execution set status = 'POD_READY' where id = $1`, [ids[1]]);
    await stores.query(`update execution set status = 'FINISHED', ended_at = now() where id = $1`, [ids[2]]);
    expect(await store.countLive()).toEqual({ waiting: 3, running: 2 });
  });
});

describe('GET /metrics', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  }, 60_000);
  afterAll(() => gateway?.remove());

  it('serves the Prometheus page to anyone, with the latest counts', async () => {
    await gateway.call(null, 'GET', '/metadata');
    await gateway.call(gateway.admin, 'GET', '/metadata');
    const { status, headers, text } = await gateway.call(null, 'GET', '/metrics');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    for (const line of [
      'proctor_http_requests_total{route="listProcs",method="GET",status="401"} 1',
      'proctor_http_requests_total{route="listProcs",method="GET",status="200"} 1',
      'proctor_failed_logins_total 1',
      'proctor_executions_accepted_total 0',
      'proctor_executions{state="waiting"} 0',
      'proctor_executions{state="running"} 0',
      'proctor_dependency_up{dependency="postgres"} 1',
      'proctor_dependency_up{dependency="redis"} 1',
      'proctor_log_streams_open 0',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  it('counts an accepted execution once, even if the request is repeated', async () => {
    await gateway.call(gateway.admin, 'POST', '/metadata', {
      body: [
        {
          name: 'proc-1',
          description: 'd',
          image_name: 'proctor/proc-1:1',
          env_vars: { secrets: [], args: [] },
        },
      ],
    });
    for (let count = 0; count < 2; count += 1) {
      const answer = await gateway.call(gateway.admin, 'POST', '/execution', {
        body: { name: 'proc-1', args: {} },
        headers: { 'Idempotency-Key': 'the-same-one' },
      });
      expect(answer.status).toBe(201);
    }
    const { text } = await gateway.call(null, 'GET', '/metrics');
    expect(text).toContain('proctor_executions_accepted_total 1\n');
  });
});

describe('EventLoopLag', () => {
  const block = (ms: number) => {
    for (const startedAt = performance.now(); performance.now() - startedAt < ms;) continue;
  };

  it('measures a blocked loop, and forgets it after one window', async () => {
    const lag = new EventLoopLag(1_000);
    try {
      await sleep(50);
      block(1_500);
      await sleep(50);
      expect(lag.read().max).toBeGreaterThan(1.4);
      expect(lag.read().mean).toBeLessThan(lag.read().max);
      await sleep(2_200);
      expect(lag.read().max).toBeLessThan(1.4);
    } finally {
      lag.close();
    }
  });
});
