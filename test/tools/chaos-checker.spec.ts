import { setTimeout as sleep } from 'node:timers/promises';
import { BatchV1Api, CoreV1Api, KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  check,
  collectEvidence,
  drain,
  type PromiseName,
  type SourceMail,
} from '../../tools/chaos/check/index.js';
import type { ScheduleRecord, Submission } from '../../tools/chaos/record.js';
import { SCRIPT_PROC, until } from '../support/api-client.js';
import { CalmRun, shellOf } from '../support/calm-run.js';
import { MailServer } from '../support/mail-server.js';
import { startSystem, type System } from '../support/system.js';

const NAMESPACE = 'default';
const EXECUTION_ID_LABEL = 'proctor.io/execution-id';
const SHORT = { lines: 3, durationMs: 50, exitCode: 0 };

let system: System;
let mail: MailServer;
let run: CalmRun;
let schedule: ScheduleRecord;
let batch: BatchV1Api;
let core: CoreV1Api;
/** Executions that a test has erased, with their runs and emails. */
const erased = new Set<number>();
/** Replaces what the mail server received. */
let mails: SourceMail[] | null = null;

beforeAll(async () => {
  mail = await MailServer.start();
  system = await startSystem({
    workers: 2,
    notifier: true,
    env: {
      PROCTOR_MAIL_SERVER_HOST: '127.0.0.1',
      PROCTOR_MAIL_SERVER_PORT: String(mail.port),
      PROCTOR_MAIL_FROM: 'proctor@example.org',
      PROCTOR_MAIL_MIN_INTERVAL_SECONDS: '1',
      PROCTOR_MAIL_QUOTA_PER_HOUR: '1000000',
    },
  });
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(system.sandbox.kubeconfigPath);
  [batch, core] = [kubeConfig.makeApiClient(BatchV1Api), kubeConfig.makeApiClient(CoreV1Api)];
  run = new CalmRun(system);
  await makeLoad();
}, 120_000);
afterAll(async () => {
  await system?.stop();
  await mail?.close();
}, 60_000);

let finished: Submission;
let notified: Submission;

async function makeLoad(): Promise<void> {
  await run.addProc(SCRIPT_PROC);
  await run.addProc('retrying', { retries: 1 });
  await run.addProc('one-at-a-time', { limit: 1 });
  const ada = await run.addUser('ada');
  await run.enableEmail(system.api);
  schedule = await run.startSchedule(2, SHORT, ['oncall@example.org', 'ops@example.org']);
  const submissions = await Promise.all([
    run.submit({ lines: 40, durationMs: 300, exitCode: 0 }, { api: ada, isViewed: true }),
    run.submit({ ...SHORT, exitCode: 3 }, { isRepeated: true }),
    run.submit(SHORT, { api: ada, isRepeated: true }),
    run.submit({ lines: 5_000, durationMs: 0, exitCode: 0 }, { api: ada, isViewed: true }),
    run.submit({ lines: 4, durationMs: 100, exitCode: 4 }, { api: ada, proc: 'retrying', isViewed: true }),
    run.submit(
      { lines: 5, durationMs: 20_000, exitCode: 0 },
      { api: ada, isCancelled: true, isViewed: true },
    ),
    run.submit({ lines: 0, durationMs: 0, exitCode: 0 }, { api: ada }),
    ...[1, 2, 3].map(() => run.submit(SHORT, { api: ada, proc: 'one-at-a-time' })),
  ]);
  [finished, notified] = submissions;
  await sleep(Math.max(0, schedule.fromMs + 7_000 - Date.now()));
  await run.endSchedule(schedule);
}

/** Without the emails about erased executions. */
const mailsOfKnown = () =>
  mail.mails.filter(({ parsed }) => ![...erased].some((id) => parsed.text?.includes(String(id))));

const sources = () => ({
  api: system.api,
  query: system.query,
  sandbox: {
    kubeconfigPath: system.sandbox.kubeconfigPath,
    history: () =>
      system.sandbox.history().filter(({ labels }) => !erased.has(Number(labels[EXECUTION_ID_LABEL]))),
  },
  mails: mails ?? mailsOfKnown(),
});

/** The broken promises, each with its subjects and problems. */
async function findBroken(): Promise<Partial<Record<PromiseName, string[]>>> {
  const broken: Partial<Record<PromiseName, string[]>> = {};
  for (const { promise, subject, problem } of check(await collectEvidence(run.record, sources()))) {
    (broken[promise] ??= []).push(`${subject}: ${problem}`);
  }
  return broken;
}

/** Expects exactly this promise to be broken, with these problems. */
async function expectBroken(promise: PromiseName, ...patterns: RegExp[]): Promise<void> {
  const broken = await findBroken();
  expect(broken).toEqual({ [promise]: patterns.map((pattern): unknown => expect.stringMatching(pattern)) });
}

const idOf = ({ acceptedIds }: Submission) => acceptedIds[0] ?? 0;

/** Removes an execution from everything, as if it had never existed. */
async function erase(id: number): Promise<void> {
  erased.add(id);
  await system.query('delete from notification where execution_id = $1', [id]);
  for (const table of ['execution_log', 'execution_attempt', 'idempotency_key']) {
    await system.query(`delete from ${table} where execution_id = $1`, [id]);
  }
  await system.query('delete from execution where id = $1', [id]);
}

/** Deletes finished Jobs that the workers would still keep for a while. */
async function clearCluster(): Promise<void> {
  const propagationPolicy = 'Background';
  await batch.deleteCollectionNamespacedJob({ namespace: NAMESPACE, propagationPolicy });
  expect(await drain(sources())).toEqual([]);
}

describe('a calm run', () => {
  it('breaks no promise', async () => {
    expect(await drain(sources())).toEqual([]);
    expect(await findBroken()).toEqual({});
    const { submissions } = run.record;
    expect(submissions.map(({ seenEnds }) => seenEnds.length)).toEqual(submissions.map(() => 2));
    expect((await collectEvidence(run.record, sources())).ticks.length).toBeGreaterThanOrEqual(3);
  }, 120_000);
});

describe('reports a planted defect:', () => {
  /** Plants a defect with the first statement, and removes it with the second. */
  async function withRows(
    [sql, ...values]: [string, ...unknown[]],
    [undoSql, ...undoValues]: [string, ...unknown[]],
    test: () => Promise<void>,
  ): Promise<void> {
    const rows = await system.query(`${sql} returning 1`, values);
    expect(rows.length).toBeGreaterThan(0);
    try {
      await test();
    } finally {
      await system.query(undoSql, undoValues);
      expect(await findBroken()).toEqual({});
    }
  }

  it('a lost line', async () => {
    const id = idOf(finished);
    await withRows(
      ['delete from execution_log where execution_id = $1 and seq = 7', id],
      [`insert into execution_log values ($1, 7, 0, now(), 'line 7', true)`, id],
      () => expectBroken('each line once', /^execution \d+: expected line 7, got lines 8 to 40/),
    );
  });

  it('a lost last line', async () => {
    const id = idOf(finished);
    await withRows(
      ['delete from execution_log where execution_id = $1 and seq = 40', id],
      [`insert into execution_log values ($1, 40, 0, now(), 'line 40', true)`, id],
      () => expectBroken('each line once', /expected line 40, but the log ended/),
    );
  });

  it('a duplicated line', async () => {
    const id = idOf(finished);
    await withRows(
      [`insert into execution_log values ($1, 41, 0, now(), 'line 40', true)`, id],
      ['delete from execution_log where execution_id = $1 and seq = 41', id],
      () => expectBroken('each line once', /expected no more lines after line 40, got line 40/),
    );
  });

  it('two swapped lines', async () => {
    const id = idOf(finished);
    const swap = `update execution_log set text = 'line ' || (67 - seq) where execution_id = $1 and seq in (33, 34)`;
    const undo = `update execution_log set text = 'line ' || seq where execution_id = $1 and seq in (33, 34)`;
    await withRows([swap, id], [undo, id], () =>
      expectBroken('each line once', /expected line 33, got line 34/),
    );
  });

  it('a viewer who saw another log', async () => {
    const { viewedLines } = finished;
    finished.viewedLines = viewedLines?.filter((line) => line !== 'line 12') ?? null;
    await expectBroken('each line once', /a live viewer saw another log: lines 1 to 11, lines 13 to 40/);
    finished.viewedLines = viewedLines;
  });

  it('a lost execution', async () => {
    const id = idOf(finished);
    await system.query('create table kept as select * from execution where id = $1', [id]);
    const [columns] = await system.query<{ names: string }>(
      `select string_agg(column_name, ', ') as names from information_schema.columns
       where table_name = 'execution' and is_generated = 'NEVER'`,
    );
    const names = columns?.names;
    await withRows(
      ['delete from execution where id = $1', id],
      [`insert into execution (${names}) select ${names} from kept`],
      () => expectBroken('nothing lost', /^submission .*: execution \d+ was accepted, but does not exist/),
    );
  });

  it('an execution of a refused submission', async () => {
    const { acceptedIds } = finished;
    const changes = { acceptedIds: [], refusals: [{ status: 429, atMs: 0 }] };
    Object.assign(finished, changes);
    await expectBroken('nothing lost', /it was refused, but execution \d+ exists/);
    // If an answer was lost, it may have been accepted.
    finished.refusals = [{ status: 0, atMs: 0 }];
    expect(await findBroken()).toEqual({});
    Object.assign(finished, { acceptedIds, refusals: [] });
  });

  it('an execution that no client submitted', async () => {
    run.forget(finished);
    await expectBroken('nothing lost', /^execution \d+: no client submitted it/);
    run.record.submissions.push(finished);
  });

  it('a final status that changed', async () => {
    const id = idOf(finished);
    await withRows(
      [`update execution set status = 'POD_FAILED', exit_code = 3 where id = $1`, id],
      [`update execution set status = 'FINISHED', exit_code = 0 where id = $1`, id],
      () =>
        expectBroken(
          'ends never change',
          /a client saw FINISHED \(exit code 0\), but the database has POD_FAILED/,
        ),
    );
  });

  it('an end that contradicts what ran', async () => {
    const [{ id } = { id: '' }] = await system.query<{ id: string }>(
      'select id from execution where schedule_id = $1 limit 1',
      [schedule.id],
    );
    mails = sources().mails.filter(({ parsed }) => !parsed.text?.includes(id));
    mails.push(
      ...['oncall@example.org', 'ops@example.org'].map((to) => ({
        to: [to],
        messageId: `<${to}>`,
        parsed: { subject: 'POD_FAILED', text: `Execution: ${id}\nStatus: POD_FAILED\n` },
      })),
    );
    await system.query(`update execution set status = 'POD_FAILED', exit_code = 9 where id = $1`, [id]);
    await expectBroken(
      'one correct end',
      /POD_FAILED with exit code 9 .*, but its last container exited with 0/,
    );
    await system.query(`update execution set status = 'FINISHED', exit_code = 0 where id = $1`, [id]);
    mails = null;
  });

  it('a missing tick', async () => {
    const [tick] = await system.query<{ fire_at: Date; execution_id: string }>(
      `select * from schedule_tick where schedule_id = $1 and fire_at > $2 and outcome = 'fired' order by fire_at limit 1`,
      [schedule.id, new Date(schedule.fromMs)],
    );
    await withRows(
      ['delete from schedule_tick where schedule_id = $1 and fire_at = $2', schedule.id, tick?.fire_at],
      [
        `insert into schedule_tick (schedule_id, fire_at, outcome, execution_id) values ($1, $2, 'fired', $3)`,
        schedule.id,
        tick?.fire_at,
        tick?.execution_id,
      ],
      () => expectBroken('each tick once', /the tick at .* is missing/, /execution \d+ .* has no tick/),
    );
  });

  it('a tick that fired twice', async () => {
    const { id } = await system.api.run(`sleep 1; ${shellOf(SHORT)}`);
    await system.query('update execution set schedule_id = $2 where id = $1', [id, schedule.id]);
    await system.api.end(id);
    await clearCluster();
    await expectBroken('each tick once', /execution \d+ .* has no tick: it fired twice/);
    await erase(id);
    expect(await findBroken()).toEqual({});
  }, 60_000);

  it('a tick off its schedule', async () => {
    await withRows(
      [
        `insert into schedule_tick (schedule_id, fire_at, outcome) values ($1, $2, 'missed')`,
        schedule.id,
        new Date(1_000),
      ],
      ['delete from schedule_tick where fire_at = $1', new Date(1_000)],
      () =>
        expectBroken('each tick once', /a tick at 1970-01-01T00:00:01.000Z, which is not on its schedule/),
    );
  });

  it('a leftover Secret', async () => {
    const name = 'proctor-left-over';
    await core.createNamespacedSecret({ namespace: NAMESPACE, body: { metadata: { name } } });
    await expectBroken('no leftovers', /^Secret proctor-left-over: it is still in the cluster/);
    await core.deleteNamespacedSecret({ namespace: NAMESPACE, name });
  });

  it('a lost email', async () => {
    const lost = String(idOf(notified));
    mails = sources().mails.filter(({ parsed }) => !parsed.text?.includes(lost));
    await expectBroken(
      'recipients notified',
      /^execution \d+: admin@.* got no email about its end \(POD_FAILED\)/,
    );
    mails = null;
  });

  it('a repeated email with another Message-ID', async () => {
    const [first] = mailsOfKnown();
    if (!first) throw new Error('no email arrived');
    mails = [...mailsOfKnown(), first];
    expect(await findBroken()).toEqual({});
    mails = [...mailsOfKnown(), { ...first, messageId: '<other@example.org>' }];
    await expectBroken('recipients notified', /it came under 2 Message-IDs/);
    mails = null;
  });

  it('an undelivered notification', async () => {
    const last = '(select max(id) from delivery)';
    await withRows(
      [`update delivery set state = 'failed', failed_reason = 'planted' where id = ${last}`],
      [`update delivery set state = 'sent', failed_reason = null where id = ${last}`],
      () => expectBroken('recipients notified', /^delivery \d+: failed \(to .*\): planted/),
    );
  });

  it('an unfinished execution with its Job', async () => {
    const submission = await run.start({ lines: 2, durationMs: 30_000, exitCode: 0 });
    await system.api.waitForStatus(idOf(submission), 'POD_READY');
    await expectBroken('one correct end', /^execution \d+: it has not ended: POD_READY/);
    await system.api.cancel(idOf(submission));
    await system.api.end(idOf(submission));
    await clearCluster();
    // The cancel is not in the record.
    await expectBroken('one correct end', /CANCELLED, but no client cancelled it/);
    run.forget(submission);
    await erase(idOf(submission));
    expect(await findBroken()).toEqual({});
  }, 60_000);

  it('a service that exited unexpectedly', async () => {
    run.record.crashes = [{ service: 'gateway-1', how: 'status 1', atMs: 0 }];
    await expectBroken('no crash', /^gateway-1: it exited unexpectedly \(status 1\) at 1970/);
    run.record.crashes = [];
  });

  it('an exceeded concurrency limit', async () => {
    await run.addProc('overfull', { limit: 2 });
    const ada = { proc: 'overfull' };
    const submissions = await Promise.all([1, 2].map(() => run.submit({ ...SHORT, durationMs: 1_500 }, ada)));
    await clearCluster();
    expect(await findBroken()).toEqual({});
    run.record.procs.find(({ name }) => name === 'overfull')!.concurrencyLimit = 1;
    await expectBroken('limits respected', /^proc overfull: 2 containers ran at once at .*; the limit is 1/);
    for (const submission of submissions) {
      run.forget(submission);
      await erase(idOf(submission));
    }
    expect(await findBroken()).toEqual({});
  }, 60_000);

  // Must be last: the sandbox keeps its record of what ran.
  it('a second Job that ran for one execution', async () => {
    const id = idOf(finished);
    const labels = { [EXECUTION_ID_LABEL]: String(id) };
    const container = {
      name: 'proc',
      image: 'proctor/run-script:1',
      env: [{ name: 'SCRIPT', value: 'echo line 1' }],
    };
    const template = { metadata: { labels }, spec: { restartPolicy: 'Never', containers: [container] } };
    await batch.createNamespacedJob({
      namespace: NAMESPACE,
      body: { metadata: { name: 'by-hand', labels }, spec: { backoffLimit: 0, template } },
    });
    const runsOf = () =>
      system.sandbox
        .history()
        .filter(({ labels, endedAt }) => endedAt && labels[EXECUTION_ID_LABEL] === String(id));
    await until(() => runsOf().length === 2, 20_000);
    await clearCluster();
    await expectBroken('one job', /^execution \d+: containers of 2 Jobs ran for it/);
  }, 60_000);
});
