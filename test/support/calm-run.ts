import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { AccountsStore } from '@app/database';
import {
  newSubmission,
  type ChaosRecord,
  type ScheduleRecord,
  type Script,
  type Submission,
} from '../../tools/chaos/record.js';
import { ApiClient, SCRIPT_PROC } from './api-client.js';
import { openDatabase } from './stores.js';
import type { System } from './system.js';

/** What a client does with its execution. */
export interface ClientActions {
  proc?: string;
  api?: ApiClient;
  isViewed?: boolean;
  /** Cancels the execution as soon as its container runs. */
  isCancelled?: boolean;
  /** Sends the request twice with the same key. */
  isRepeated?: boolean;
}

/** Clients of a system without faults, and a record of what they did and saw. */
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

  /** A user without email notifications. */
  async addUser(name: string): Promise<ApiClient> {
    const database = openDatabase(this.system.databaseUrl(), 1);
    try {
      const email = `${name}@example.org`;
      const token = await new AccountsStore(database).createAccount({ email, name, groups: [] }, 'test');
      if (token === null) throw new Error(`${email} already exists`);
      return new ApiClient(this.system.gatewayUrl, { email, token });
    } finally {
      await database.close();
    }
  }

  async enableEmail(api: ApiClient): Promise<void> {
    const reply = await api.request('PUT', '/whoami/notification', { notify_on: ['success', 'failure'] });
    if (reply.status !== 200) throw new Error(`PUT /whoami/notification: ${reply.status}`);
    this.record.notifiedUsers.push(api.identity.email);
  }

  /** Submits an execution and follows it to its end. */
  async submit(script: Script, actions: ClientActions = {}): Promise<Submission> {
    const submission = await this.start(script, actions);
    await this.follow(submission, actions);
    return submission;
  }

  /** Submits an execution. */
  async start(script: Script, { proc = SCRIPT_PROC, api = this.system.api, isRepeated }: ClientActions = {}) {
    const submission = newSubmission({
      key: randomUUID(),
      proc,
      userEmail: api.identity.email,
      script,
    });
    for (let times = isRepeated ? 2 : 1; times > 0; times--) {
      const { id } = await api.run(shellOf(script), proc, { 'Idempotency-Key': submission.key });
      submission.acceptedIds.push(id);
    }
    this.record.submissions.push(submission);
    return submission;
  }

  /** Creates a schedule that fires until `endSchedule`. */
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
    // The last tick may not have been decided yet.
    await sleep(1_500);
    const reply = await this.system.api.request('PATCH', `/schedule/${schedule.id}`, { enabled: false });
    if (reply.status !== 200) throw new Error(`PATCH /schedule: ${reply.status} ${await reply.text()}`);
  }

  /** Removes a submission from the record. */
  forget(submission: Submission): void {
    this.record.submissions = this.record.submissions.filter((one) => one !== submission);
  }

  async follow(submission: Submission, { isViewed, isCancelled, api = this.system.api }: ClientActions = {}) {
    const id = submission.acceptedIds[0] ?? 0;
    const viewing = isViewed ? api.stream(id) : null;
    if (isCancelled) {
      await api.waitForStatus(id, 'POD_READY');
      const askedAtMs = Date.now();
      const reply = await api.cancel(id);
      submission.cancel = { askedAtMs, wasAccepted: reply.status === 200 };
    }
    for (let polls = 0; polls < 2; polls++) {
      const { status, exit_code: exitCode = null } = await api.end(id);
      submission.seenEnds.push({ status, exitCode, atMs: Date.now() });
    }
    const lines = await viewing;
    submission.viewedLines = lines && lines.map(({ text }) => text);
  }
}

/** A `Script` as shell text. */
export function shellOf({ lines, durationMs, exitCode }: Script): string {
  const print = `i=1; while [ $i -le ${lines} ]; do echo "line $i"; i=$((i+1)); done`;
  return `${print}; sleep ${durationMs / 1_000}; exit ${exitCode}`;
}
