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
/** Executions whose runs and mails a test has taken back. */
const forgotten = new Set<number>();
/** In the place of what the mail server got. */
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
let told: Submission;

async function makeLoad(): Promise<void> {
  await run.addProc(SCRIPT_PROC);
  await run.addProc('retrying', { retries: 1 });
  await run.addProc('one-at-a-time', { limit: 1 });
  const ada = await run.addUser('ada');
  await run.askToBeTold(system.api);
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
  [finished, told] = submissions;
  await sleep(Math.max(0, schedule.fromMs + 7_000 - Date.now()));
  await run.endSchedule(schedule);
}

/** Without those about what was taken out again. */
const mailsOfKnown = () =>
  mail.mails.filter(({ parsed }) => ![...forgotten].some((id) => parsed.text?.includes(String(id))));

const sources = () => ({
  api: system.api,
  query: system.query,
  sandbox: {
    kubeconfigPath: system.sandbox.kubeconfigPath,
    history: () =>
      system.sandbox.history().filter(({ labels }) => !forgotten.has(Number(labels[EXECUTION_ID_LABEL]))),
  },
  mails: mails ?? mailsOfKnown(),
});

/** Which promises are broken, each with whom it was broken to. */
async function findBroken(): Promise<Partial<Record<PromiseName, string[]>>> {
  const broken: Partial<Record<PromiseName, string[]>> = {};
  for (const { promise, subject, told } of check(await collectEvidence(run.record, sources()))) {
    (broken[promise] ??= []).push(`${subject}: ${told}`);
  }
  return broken;
}

/** Exactly this promise, and of this. */
async function expectBroken(promise: PromiseName, ...patterns: RegExp[]): Promise<void> {
  const broken = await findBroken();
  expect(broken).toEqual({ [promise]: patterns.map((pattern): unknown => expect.stringMatching(pattern)) });
}

const idOf = ({ acceptedIds }: Submission) => acceptedIds[0] ?? 0;

/** Takes an execution out of everything, as if it had never been. */
async function erase(id: number): Promise<void> {
  forgotten.add(id);
  await system.query('delete from notification where execution_id = $1', [id]);
  for (const table of ['execution_log', 'execution_attempt', 'idempotency_key']) {
    await system.query(`delete from ${table} where execution_id = $1`, [id]);
  }
  await system.query('delete from execution where id = $1', [id]);
}

/** Deletes what the workers would keep for some time yet. */
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

describe('a planted defect is named:', () => {
  /** The defect is made and taken back by these statements. */
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

  it('a line that is lost', async () => {
    const id = idOf(finished);
    await withRows(
      ['delete from execution_log where execution_id = $1 and seq = 7', id],
      [`insert into execution_log values ($1, 7, 0, now(), 'line 7', true)`, id],
      () => expectBroken('each line once', /^execution \d+: line 7 was to come next, but lines 8 to 40 came/),
    );
  });

  it('the last line that is lost', async () => {
    const id = idOf(finished);
    await withRows(
      ['delete from execution_log where execution_id = $1 and seq = 40', id],
      [`insert into execution_log values ($1, 40, 0, now(), 'line 40', true)`, id],
      () => expectBroken('each line once', /line 40 was to come next, but the log ended/),
    );
  });

  it('a line that is there twice', async () => {
    const id = idOf(finished);
    await withRows(
      [`insert into execution_log values ($1, 41, 0, now(), 'line 40', true)`, id],
      ['delete from execution_log where execution_id = $1 and seq = 41', id],
      () => expectBroken('each line once', /nothing more after line 40 was to come, but line 40 came/),
    );
  });

  it('two lines that changed places', async () => {
    const id = idOf(finished);
    const swap = `update execution_log set text = 'line ' || (67 - seq) where execution_id = $1 and seq in (33, 34)`;
    const undo = `update execution_log set text = 'line ' || seq where execution_id = $1 and seq in (33, 34)`;
    await withRows([swap, id], [undo, id], () =>
      expectBroken('each line once', /line 33 was to come next, but line 34 came/),
    );
  });

  it('a viewer who saw something else', async () => {
    const { viewedLines } = finished;
    finished.viewedLines = viewedLines?.filter((line) => line !== 'line 12') ?? null;
    await expectBroken('each line once', /a live viewer saw something else: lines 1 to 11, lines 13 to 40/);
    finished.viewedLines = viewedLines;
  });

  it('an execution that was forgotten', async () => {
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
      () =>
        expectBroken('nothing forgotten', /^submission .*: execution \d+ was accepted, but it is not there/),
    );
  });

  it('an execution of something that was refused', async () => {
    const { acceptedIds } = finished;
    const changes = { acceptedIds: [], refusals: [{ status: 429, atMs: 0 }] };
    Object.assign(finished, changes);
    await expectBroken('nothing forgotten', /it was refused, but execution \d+ was made of it/);
    // With an answer lost, it may have been accepted.
    finished.refusals = [{ status: 0, atMs: 0 }];
    expect(await findBroken()).toEqual({});
    Object.assign(finished, { acceptedIds, refusals: [] });
  });

  it('an execution that nobody asked for', async () => {
    run.forget(finished);
    await expectBroken('nothing forgotten', /^execution \d+: nobody asked for it/);
    run.record.submissions.push(finished);
  });

  it('a final status that changed', async () => {
    const id = idOf(finished);
    await withRows(
      [`update execution set status = 'POD_FAILED', exit_code = 3 where id = $1`, id],
      [`update execution set status = 'FINISHED', exit_code = 0 where id = $1`, id],
      () =>
        expectBroken('ends never change', /a client saw FINISHED \(exit code 0\), but now it is POD_FAILED/),
    );
  });

  it('an end that does not fit what happened', async () => {
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
      'one fitting end',
      /POD_FAILED with exit code 9 .*, but its last container exited with 0/,
    );
    await system.query(`update execution set status = 'FINISHED', exit_code = 0 where id = $1`, [id]);
    mails = null;
  });

  it('a tick that is missing', async () => {
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
      () => expectBroken('each tick once', /its tick of .* is missing/, /execution \d+ .* is of no tick/),
    );
  });

  it('a tick that fired twice', async () => {
    const { id } = await system.api.run(`sleep 1; ${shellOf(SHORT)}`);
    await system.query('update execution set schedule_id = $2 where id = $1', [id, schedule.id]);
    await system.api.end(id);
    await clearCluster();
    await expectBroken('each tick once', /execution \d+ .* is of no tick: a tick too many/);
    await erase(id);
    expect(await findBroken()).toEqual({});
  }, 60_000);

  it('a tick at a time that is none', async () => {
    await withRows(
      [
        `insert into schedule_tick (schedule_id, fire_at, outcome) values ($1, $2, 'missed')`,
        schedule.id,
        new Date(1_000),
      ],
      ['delete from schedule_tick where fire_at = $1', new Date(1_000)],
      () => expectBroken('each tick once', /it ticked at 1970-01-01T00:00:01.000Z, which is no time of its/),
    );
  });

  it('a Secret that is left over', async () => {
    const name = 'proctor-left-over';
    await core.createNamespacedSecret({ namespace: NAMESPACE, body: { metadata: { name } } });
    await expectBroken('nothing left over', /^Secret proctor-left-over: it is still in the cluster/);
    await core.deleteNamespacedSecret({ namespace: NAMESPACE, name });
  });

  it('a mail that is lost', async () => {
    const lost = String(idOf(told));
    mails = sources().mails.filter(({ parsed }) => !parsed.text?.includes(lost));
    await expectBroken('everybody told', /^execution \d+: admin@.* got no mail of its end \(POD_FAILED\)/);
    mails = null;
  });

  it('a mail that came again, but under another Message-ID', async () => {
    const [first] = mailsOfKnown();
    if (!first) throw new Error('no mail came');
    mails = [...mailsOfKnown(), first];
    expect(await findBroken()).toEqual({});
    mails = [...mailsOfKnown(), { ...first, messageId: '<other@example.org>' }];
    await expectBroken('everybody told', /it came under 2 Message-IDs/);
    mails = null;
  });

  it('a notification that is still to be delivered', async () => {
    const last = '(select max(id) from delivery)';
    await withRows(
      [`update delivery set state = 'failed', failed_reason = 'planted' where id = ${last}`],
      [`update delivery set state = 'sent', failed_reason = null where id = ${last}`],
      () => expectBroken('everybody told', /^delivery \d+: it is failed \(to .*\): planted/),
    );
  });

  it('an execution that goes on, with its Job', async () => {
    const submission = await run.start({ lines: 2, durationMs: 30_000, exitCode: 0 });
    await system.api.waitForStatus(idOf(submission), 'POD_READY');
    await expectBroken('one fitting end', /^execution \d+: it has not ended: POD_READY/);
    await system.api.cancel(idOf(submission));
    await system.api.end(idOf(submission));
    await clearCluster();
    // The cancel is not in the record.
    await expectBroken('one fitting end', /CANCELLED, but nobody asked for that/);
    run.forget(submission);
    await erase(idOf(submission));
    expect(await findBroken()).toEqual({});
  }, 60_000);

  it('a service that ended by itself', async () => {
    run.record.crashes = [{ service: 'gateway-1', how: 'status 1', atMs: 0 }];
    await expectBroken('no crash', /^gateway-1: it ended by itself \(status 1\) at 1970/);
    run.record.crashes = [];
  });

  it('a concurrency limit that was passed', async () => {
    await run.addProc('overfull', { limit: 2 });
    const ada = { proc: 'overfull' };
    const submissions = await Promise.all([1, 2].map(() => run.submit({ ...SHORT, durationMs: 1_500 }, ada)));
    await clearCluster();
    expect(await findBroken()).toEqual({});
    run.record.procs.find(({ name }) => name === 'overfull')!.concurrencyLimit = 1;
    await expectBroken('limits kept', /^proc overfull: 2 containers ran at once at .*, of at most 1/);
    for (const submission of submissions) {
      run.forget(submission);
      await erase(idOf(submission));
    }
    expect(await findBroken()).toEqual({});
  }, 60_000);

  // The last one: what ran stays in the sandbox's record.
  it('a second Job of one execution that really ran', async () => {
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
