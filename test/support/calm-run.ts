import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccountsStore } from '@app/database';
import type { ChaosRecord, ScheduleRecord, Script, Submission } from '../../tools/chaos/record.js';
import { ApiClient, SCRIPT_PROC } from './api-client.js';
import { openDatabase } from './stores.js';
import type { System } from './system.js';

/** What a client does with what it has asked for. */
export interface Wishes {
  proc?: string;
  api?: ApiClient;
  isViewed?: boolean;
  /** Cancels it as soon as its container runs. */
  isCancelled?: boolean;
  /** The same request twice, with the same key. */
  isRepeated?: boolean;
}

/** Clients of a system that write down truthfully what they did and were told. */
export class CalmRun {
  readonly record: ChaosRecord = {
    seed: 0,
    submissions: [],
    schedules: [],
    procs: [],
    faults: [],
    notifiedUsers: [],
    crashes: [],
  };

  constructor(private readonly system: System) {}

  async addProc(name: string, { limit = null as number | null, retries = 0 } = {}): Promise<void> {
    await this.system.api.registerScriptProc(
      { retries, ...(limit !== null && { concurrency: { limit, when_full: 'queue' } }) },
      name,
    );
    const proc = { name, concurrencyLimit: limit, retries };
    this.record.procs = [...this.record.procs.filter((one) => one.name !== name), proc];
  }

  /** A user who is told of nothing. */
  async addUser(name: string): Promise<ApiClient> {
    const database = openDatabase(this.system.databaseUrl(), 1);
    try {
      const email = `${name}@example.org`;
      const token = await new AccountsStore(database).createAccount({ email, name, groups: [] }, 'test');
      if (token === null) throw new Error(`${email} is there already`);
      return new ApiClient(this.system.gatewayUrl, { email, token });
    } finally {
      await database.close();
    }
  }

  async askToBeTold(api: ApiClient): Promise<void> {
    const reply = await api.request('PUT', '/whoami/notification', { notify_on: ['success', 'failure'] });
    if (reply.status !== 200) throw new Error(`PUT /whoami/notification: ${reply.status}`);
    this.record.notifiedUsers.push(api.identity.email);
  }

  /** Asks for an execution and follows it to its end. */
  async submit(script: Script, wishes: Wishes = {}): Promise<Submission> {
    const submission = await this.start(script, wishes);
    await this.follow(submission, wishes);
    return submission;
  }

  /** Asks for an execution. */
  async start(script: Script, { proc = SCRIPT_PROC, api = this.system.api, isRepeated }: Wishes = {}) {
    const submission: Submission = {
      key: randomUUID(),
      proc,
      userEmail: api.identity.email,
      script,
      askedAtMs: Date.now(),
      acceptedIds: [],
      refusals: [],
      cancel: null,
      seenEnds: [],
      viewedLines: null,
    };
    for (let times = isRepeated ? 2 : 1; times > 0; times--) {
      const { id } = await api.run(shellOf(script), proc, { 'Idempotency-Key': submission.key });
      submission.acceptedIds.push(id);
    }
    this.record.submissions.push(submission);
    return submission;
  }

  /** The schedule fires until `endSchedule`. */
  async startSchedule(everySeconds: number, script: Script, recipients: string[]): Promise<ScheduleRecord> {
    const reply = await this.system.api.request('POST', '/schedule', {
      jobName: SCRIPT_PROC,
      args: { SCRIPT: shellOf(script) },
      tags: 'calm',
      cron: `*/${everySeconds} * * * * *`,
      notificationEmails: recipients.join(','),
      group: 'ops',
      misfire: 'all',
      overlap: 'allow',
    });
    if (reply.status !== 201) throw new Error(`POST /schedule: ${reply.status} ${await reply.text()}`);
    const { id } = (await reply.json()) as { id: number };
    const schedule = {
      id,
      proc: SCRIPT_PROC,
      userEmail: this.system.api.identity.email,
      script,
      everySeconds,
      fromMs: Date.now(),
      untilMs: Infinity,
      recipients,
    };
    this.record.schedules.push(schedule);
    return schedule;
  }

  async endSchedule(schedule: ScheduleRecord): Promise<void> {
    schedule.untilMs = Date.now();
    // The tick of just now may not have been looked at yet.
    await sleep(1_500);
    const reply = await this.system.api.request('PATCH', `/schedule/${schedule.id}`, { enabled: false });
    if (reply.status !== 200) throw new Error(`PATCH /schedule: ${reply.status} ${await reply.text()}`);
  }

  /** As if nobody had ever asked. */
  forget(submission: Submission): void {
    this.record.submissions = this.record.submissions.filter((one) => one !== submission);
  }

  async follow(submission: Submission, { isViewed, isCancelled, api = this.system.api }: Wishes = {}) {
    const id = submission.acceptedIds[0] ?? 0;
    const viewing = isViewed ? api.stream(id) : null;
    if (isCancelled) {
      await api.waitForStatus(id, 'POD_READY');
      const askedAtMs = Date.now();
      const reply = await api.cancel(id);
      submission.cancel = { askedAtMs, wasTaken: reply.status === 200 };
    }
    for (let looks = 0; looks < 2; looks++) {
      const { status, exit_code: exitCode = null } = await api.end(id);
      submission.seenEnds.push({ status, exitCode, atMs: Date.now() });
    }
    const lines = await viewing;
    submission.viewedLines = lines && lines.map(({ text }) => text);
  }
}

/** The shell script that does so. */
export function shellOf({ lines, durationMs, exitCode }: Script): string {
  const print = `i=1; while [ $i -le ${lines} ]; do echo "line $i"; i=$((i+1)); done`;
  return `${print}; sleep ${durationMs / 1_000}; exit ${exitCode}`;
}
