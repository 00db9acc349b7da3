import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readInstallationId } from '@app/database';
import { NotificationSignal, SignalSender } from '@app/queue';
import { until } from '../support/api-client.js';
import { MailServer } from '../support/mail-server.js';
import { openNotifierBench, type NotifierBench } from '../support/notifier.js';
import { testRedisAddress } from '../support/servers.js';
import { startSystem } from '../support/system.js';

let bench: NotifierBench;
let mail: MailServer;
beforeAll(async () => {
  [bench, mail] = await Promise.all([openNotifierBench(), MailServer.start()]);
}, 30_000);
afterAll(async () => {
  await bench?.close();
  await mail?.close();
}, 30_000);
beforeEach(() => {
  mail.behaviour = {};
});

const mailEnv = (more: Record<string, string> = {}) => ({
  PROCTOR_MAIL_SERVER_HOST: '127.0.0.1',
  PROCTOR_MAIL_SERVER_PORT: String(mail.port),
  PROCTOR_MAIL_USERNAME: 'user',
  PROCTOR_MAIL_PASSWORD: 'pass',
  PROCTOR_MAIL_FROM: 'Proctor of Ünna <proctor@example.org>',
  PROCTOR_PUBLIC_URL: 'https://proctor.example.org',
  ...more,
});

let count = 0;
const someone = (name = 'someone') => `${name}-${++count}@example.org`;

describe('an email', () => {
  it('goes once to each address of the schedule, with the right headers', async () => {
    await bench.useNotifier(mailEnv());
    const [one, two] = [someone(), someone()];
    const scheduleId = await bench.addSchedule({
      emails: [one, two, one.toUpperCase()],
      tags: 'nightly, eu',
    });
    const id = await bench.end({
      submission: { origin: { kind: 'schedule', scheduleId } },
      log: ['first', 'last line'],
    });
    const records = await bench.settled(id, ['sent']);
    expect(records.map(({ channel, attempts }) => [channel, attempts])).toEqual([
      ['mail', 1],
      ['mail', 1],
    ]);
    const sent = mail.mails.filter(({ raw }) => raw.includes(`/console/executions/${id}`));
    expect(sent.map(({ to }) => to.join().toLowerCase()).sort()).toEqual([one, two].sort());
    const installationId = await readInstallationId(bench.stores.database);
    for (const { parsed, from, to, messageId } of sent) {
      expect(from).toBe('proctor@example.org');
      expect(parsed.from?.value).toEqual([{ name: 'Proctor of Ünna', address: 'proctor@example.org' }]);
      expect([parsed.to].flat().flatMap((field) => field?.value.map(({ address }) => address))).toEqual(to);
      expect(messageId).toMatch(new RegExp(`^<delivery-\\d+\\.${installationId}@example\\.org>$`));
      expect(Math.abs((parsed.date?.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
      expect(parsed.headers.get('mime-version')).toBe('1.0');
      expect(parsed.headers.get('auto-submitted')).toBe('auto-generated');
      expect(parsed.headers.get('content-type')).toMatchObject({ value: 'multipart/alternative' });
      expect(parsed.subject).toMatch(/^\[proctor\] plain FINISHED after (< 1|\d+(\.\d)?) s$/);
      expect(parsed.text).toMatch(/Tags: +nightly, eu/);
      expect(parsed.text).toMatch(/Exit code: +0/);
      expect(parsed.text).toMatch(/Requested by: +ada@example\.org/);
      expect(parsed.text).toContain('  | first\n  | last line');
      expect(parsed.text).toContain(`More: https://proctor.example.org/console/executions/${id}`);
    }
    expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(2);
  }, 30_000);

  it('carries hostile and non-ASCII values safely', async () => {
    await bench.useNotifier(mailEnv());
    const owner = someone('ada');
    await bench.preferences.set(owner, ['failure']);
    const id = await bench.end({
      submission: {
        procName: 'приве́т 世界\r\nBcc: victim@example.org',
        userEmail: owner,
        args: { GRÜSSE: 'schöne Grüße 🎉', HTML: '<script>alert("1")</script>&amp;', BIDI: 'a\u202Eb' },
        secretArgs: { PASS_WORD: { ciphertext: 'c2VjcmV0', keyId: 'k' } },
      },
      status: 'POD_FAILED',
      exitCode: 3,
      reason: `<b>bold</b>\r\nSubject: other`,
      log: ['\u001b[31mred\u001b[0m', '<img src=x onerror=alert(1)>', 'x'.repeat(5_000)],
    });
    await bench.settled(id, ['sent']);
    const [received, ...others] = mail.to(owner);
    expect(others).toEqual([]);
    const { parsed, raw } = received!;
    expect(parsed.subject).toMatch(/^\[proctor\] приве́т 世界 Bcc: victim@example\.org POD_FAILED after /);
    expect(parsed.headers.has('bcc')).toBe(false);
    expect(raw.split('\r\n\r\n', 1)[0]).not.toMatch(/[^\x00-\x7f]/);
    expect(parsed.text).toContain('GRÜSSE=schöne Grüße 🎉');
    expect(parsed.text).toContain('PASS_WORD=***');
    expect(parsed.text).toContain('BIDI=ab');
    expect(parsed.text).toContain('  | red\n');
    expect(parsed.text?.length).toBeLessThan(5_000);
    const html = parsed.html || '';
    expect(html).toContain('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;amp;');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(html).not.toMatch(/<script|<img|<b>/);
    expect(`${parsed.text}${html}`).not.toContain('c2VjcmV0');
  }, 30_000);

  it('goes to the user who started the execution only if they chose to get it', async () => {
    await bench.useNotifier(mailEnv());
    const [silent, eager, hopeful] = [someone('silent'), someone('Eager'), someone('hopeful')];
    await bench.preferences.set(eager.toUpperCase(), ['start', 'success', 'success']);
    await bench.preferences.set(hopeful, ['failure']);
    await bench.preferences.set(hopeful, ['success']);
    expect(await bench.preferences.get(eager)).toEqual(['start', 'success']);
    expect(await bench.preferences.get(silent)).toEqual([]);
    for (const status of ['FINISHED', 'CANCELLED'] as const) {
      for (const userEmail of [silent, eager, hopeful]) {
        const id = await bench.end({ submission: { userEmail }, status });
        await bench.addEvent('slow', { executionId: id });
      }
    }
    await until(() => mail.to(eager).length === 3 && mail.to(hopeful).length === 1, 15_000);
    await until(async () => (await unspread()) === 0, 10_000);
    expect(mail.to(silent)).toEqual([]);
    // The start of both executions, although the preference is spelled otherwise than the owner, and the one success.
    expect(
      mail
        .to(eager)
        .map(({ parsed }) => parsed.subject)
        .sort(),
    ).toEqual([expect.stringMatching(/FINISHED/), '[proctor] plain started', '[proctor] plain started']);
    expect(mail.to(hopeful)[0]?.parsed.subject).toMatch(/FINISHED/);
  }, 30_000);

  it('tells the owner and the addresses of a paused schedule why it was paused', async () => {
    await bench.useNotifier(mailEnv());
    const [one, owner] = [someone(), someone('owner')];
    const scheduleId = await bench.addSchedule({ emails: [one], owner, notifyOn: [] });
    await bench.addEvent('schedule_paused', { scheduleId }, 'its owner is not in the group ops any more');
    await until(() => mail.to(one).length === 1 && mail.to(owner).length === 1, 15_000);
    expect(mail.to(owner)[0]?.parsed).toMatchObject({
      subject: '[proctor] schedule of plain was paused',
      text: expect.stringContaining('its owner is not in the group ops any more') as unknown,
    });
  }, 30_000);

  it('is sent on a signal, before the next poll', async () => {
    await bench.useNotifier(mailEnv());
    const [host = '', port] = testRedisAddress().split(':');
    const installationId = await readInstallationId(bench.stores.database);
    const redis = { host, port: Number(port), password: undefined };
    const signal = new NotificationSignal(new SignalSender(redis, installationId, () => undefined));
    try {
      const owner = someone('quick');
      await bench.preferences.set(owner, ['success']);
      await sleep(1_000);
      const tookMs: number[] = [];
      for (let n = 1; n <= 5; n++) {
        await bench.end({ submission: { userEmail: owner } });
        const startedAtMs = performance.now();
        signal.send();
        await until(() => mail.to(owner).length === n, 10_000);
        tookMs.push(performance.now() - startedAtMs);
        await sleep(300);
      }
      // Polling alone, every 2 s, would take 1 s on average.
      expect(tookMs.sort((a, b) => a - b)[2]).toBeLessThan(700);
    } finally {
      signal.close();
    }
  }, 60_000);
});

describe('a mail server that', () => {
  const start = async (env: Record<string, string> = {}) => {
    const owner = someone('owner');
    await bench.preferences.set(owner, ['success']);
    const notifier = await bench.useNotifier(mailEnv(env));
    return { owner, notifier, submission: { userEmail: owner } };
  };
  /** Returns once the server has the mail, before it answers. */
  const sendWithLateAnswer = async (answerAfterMs: number) => {
    const { owner, notifier, submission } = await start();
    mail.behaviour = { answerAfterMs };
    const id = await bench.end({ submission });
    await until(() => mail.to(owner).length === 1, 15_000);
    return { owner, notifier, id };
  };

  it('refuses an address permanently: the delivery fails with the reason, and can be resent', async () => {
    const { owner, submission } = await start();
    mail.behaviour = { refuse: { at: 'rcpt', code: 550, text: '5.1.1 no such user' } };
    const id = await bench.end({ submission });
    const [failed] = await bench.settled(id, ['failed']);
    expect(failed).toMatchObject({ attempts: 1, recipient: owner, sentAt: null });
    expect(failed?.failedReason).toMatch(/550 5\.1\.1 no such user/);
    mail.behaviour = {};
    expect(await bench.notifications.resend(failed!.id)).toBe('resent');
    const [sent] = await bench.settled(id, ['sent']);
    expect(sent).toMatchObject({ attempts: 1, failedReason: null });
    expect(await bench.notifications.resend(failed!.id)).toBe('resent');
    await until(() => mail.to(owner).length === 2, 15_000);
    expect(new Set(mail.to(owner).map(({ messageId }) => messageId)).size).toBe(1);
    expect(await bench.notifications.resend(999_999)).toBe('not_found');
  }, 60_000);

  it.each([
    ['at the recipient', { at: 'rcpt', code: 450, text: 'greylisted' } as const, /450.*greylisted/],
    ['at the content', { at: 'data', code: 451, text: 'later' } as const, /451.*later/],
    ['at the greeting', { at: 'connect', code: 554, text: 'no service' } as const, /554/],
  ])(
    'refuses temporarily %s: the email is retried',
    async (_where, refuse, reason) => {
      const { owner, submission } = await start();
      mail.behaviour = { refuse };
      const id = await bench.end({ submission });
      await until(async () => ((await bench.deliveriesOf(id))[0]?.attempts ?? 0) >= 2, 20_000);
      expect((await bench.deliveriesOf(id))[0]).toMatchObject({
        state: 'pending',
        failedReason: expect.stringMatching(reason) as unknown,
      });
      mail.behaviour = {};
      await bench.settled(id, ['sent']);
      expect(mail.to(owner)).toHaveLength(1);
    },
    60_000,
  );

  it('refuses the login: emails wait', async () => {
    const { submission } = await start({ PROCTOR_MAIL_PASSWORD: 'wrong password' });
    const id = await bench.end({ submission });
    await until(async () => (await bench.deliveriesOf(id))[0]?.failedReason != null, 20_000);
    const [waiting] = await bench.deliveriesOf(id);
    expect(waiting).toMatchObject({ state: 'pending' });
    expect(waiting?.failedReason).not.toContain('wrong password');
    await bench.useNotifier(mailEnv());
    await bench.settled(id, ['sent']);
  }, 60_000);

  it('is down for a while: no email is lost', async () => {
    const { owner, submission } = await start();
    await mail.close();
    const ids: number[] = [];
    for (let n = 0; n < 10; n++) ids.push(await bench.end({ submission }));
    await until(async () => ((await bench.deliveriesOf(ids[9]!))[0]?.attempts ?? 0) >= 2, 20_000);
    await mail.open();
    for (const id of ids) await bench.settled(id, ['sent'], 30_000);
    expect(mail.to(owner)).toHaveLength(10);
  }, 60_000);

  it('hangs: the connection is cut, and the emails are sent later', async () => {
    const { owner, submission } = await start();
    mail.behaviour = { isHanging: true };
    const id = await bench.end({ submission });
    await until(async () => (await bench.deliveriesOf(id))[0]?.failedReason != null, 20_000);
    expect((await bench.deliveriesOf(id))[0]?.failedReason).toBe('not sent within 3 s');
    mail.behaviour = {};
    await bench.settled(id, ['sent']);
    expect(mail.to(owner)).toHaveLength(1);
  }, 60_000);

  it('never comes back: the delivery fails in the end', async () => {
    const { submission } = await start({
      PROCTOR_MAIL_SERVER_PORT: '1',
      PROCTOR_NOTIFICATION_ATTEMPTS: '2',
    });
    const id = await bench.end({ submission });
    const [failed] = await bench.settled(id, ['failed']);
    expect(failed).toMatchObject({ attempts: 2 });
    expect(failed?.failedReason).toMatch(/ECONNREFUSED.*\(given up after 2 attempts\)/);
  }, 60_000);

  it('is not configured: emails fail at once', async () => {
    const { submission } = await start({ PROCTOR_MAIL_SERVER_HOST: '' });
    const id = await bench.end({ submission });
    const [failed] = await bench.settled(id, ['failed']);
    expect(failed?.failedReason).toMatch(/email is off: set PROCTOR_MAIL_SERVER_HOST/);
  }, 60_000);

  it('answers late: a notifier killed before the answer repeats the email under the same Message-ID', async () => {
    const { owner, notifier, id } = await sendWithLateAnswer(2_500);
    notifier.kill('SIGKILL');
    await bench.stopNotifiers();
    expect(await bench.deliveriesOf(id)).toMatchObject([{ state: 'pending', attempts: 1 }]);
    mail.behaviour = {};
    await bench.useNotifier(mailEnv());
    await bench.settled(id, ['sent'], 30_000);
    const ids = mail.to(owner).map(({ messageId }) => messageId);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  }, 60_000);

  it('answers late: a notifier that is stopped waits for the answer', async () => {
    const { owner, notifier, id } = await sendWithLateAnswer(1_500);
    expect(await notifier.stop()).toBe(0);
    await bench.stopNotifiers();
    expect(await bench.deliveriesOf(id)).toMatchObject([{ state: 'sent', attempts: 1 }]);
    expect(mail.to(owner)).toHaveLength(1);
  }, 60_000);
});

describe('an email that must not be sent', () => {
  it('is one beyond the quota of the owner: it fails visibly, and two notifiers count together', async () => {
    await bench.stopNotifiers();
    const env = mailEnv({ PROCTOR_MAIL_QUOTA_PER_HOUR: '3' });
    const notifiers = await Promise.all([bench.startNotifier(env), bench.startNotifier(env)]);
    const [owner, one, two] = [someone('cannon'), someone(), someone()];
    const scheduleId = await bench.addSchedule({ emails: [one, two], owner });
    const ids = await Promise.all(
      Array.from({ length: 5 }, () =>
        bench.end({ submission: { origin: { kind: 'schedule', scheduleId }, userEmail: owner } }),
      ),
    );
    const records = (await Promise.all(ids.map((id) => bench.settled(id, ['sent', 'failed'])))).flat();
    expect(records).toHaveLength(10);
    const failed = records.filter(({ state }) => state === 'failed');
    expect(failed).toHaveLength(7);
    for (const { failedReason } of failed) {
      expect(failedReason).toMatch(/quota of 3 emails an hour .* resend it.* there is room again at .* UTC$/);
    }
    expect(mail.to(one).length + mail.to(two).length).toBe(3);
    const logs = notifiers.map((notifier) => notifier.output()).join('\n');
    expect(logs).toContain('their owners have used up the quota of 60 minutes');
    await bench.preferences.set(two, ['success']);
    await bench.settled(await bench.end({ submission: { userEmail: two } }), ['sent']);
  }, 60_000);

  it('is one to a domain that is not allowed any more', async () => {
    await bench.useNotifier(mailEnv({ PROCTOR_MAIL_ALLOWED_DOMAINS: 'example.org' }));
    const good = someone();
    const scheduleId = await bench.addSchedule({
      emails: [good, 'eve@evil.example', 'eve@example.org.evil.example'],
    });
    const id = await bench.end({ submission: { origin: { kind: 'schedule', scheduleId } } });
    const records = await bench.settled(id, ['sent', 'failed']);
    const sent = records.filter(({ state }) => state === 'sent').map(({ recipient }) => recipient);
    expect(sent).toEqual([good]);
    expect(records.find(({ recipient }) => recipient === 'eve@evil.example')?.failedReason).toContain(
      'PROCTOR_MAIL_ALLOWED_DOMAINS',
    );
  }, 30_000);

  it('is one to an account that is disabled or has lost a group of the proc, in any spelling', async () => {
    await bench.useNotifier(mailEnv());
    const { query } = bench.stores;
    await query(`insert into proc (name, description, image_name, args, secrets, authorized_groups, author, contributors, organization)
      values ('guarded', '', 'proctor/test:1', '[]', '[]', '{ops}', '', '', '')`);
    await query(`insert into account_group (name) values ('ops')`);
    const [member, left, disabled, list] = [
      someone('member'),
      someone('left'),
      someone('disabled'),
      someone('list'),
    ];
    for (const [email, active] of [
      [member, true],
      [left, true],
      [disabled, false],
    ] as const) {
      await query('insert into account (email, name, active) values ($1, $1, $2)', [email, active]);
    }
    await query(`insert into account_membership (email, group_name) values ($1, 'ops'), ($2, 'ops')`, [
      member,
      disabled,
    ]);
    const emails = [member, left.toUpperCase(), disabled, list];
    const scheduleId = await bench.addSchedule({ emails });
    const id = await bench.end({
      submission: { procName: 'guarded', origin: { kind: 'schedule', scheduleId } },
    });
    const records = await bench.settled(id, ['sent', 'failed']);
    const reasonOf = (email: string) => records.find(({ recipient }) => recipient === email)?.failedReason;
    expect(
      records
        .filter(({ state }) => state === 'sent')
        .map(({ recipient }) => recipient)
        .sort(),
    ).toEqual([list, member].sort());
    expect(reasonOf(left.toUpperCase())).toContain('not in all groups that the proc requires (ops)');
    expect(reasonOf(disabled)).toContain('no longer active');
    const again = await bench.end({
      submission: { procName: 'guarded', origin: { kind: 'schedule', scheduleId } },
    });
    await bench.settled(again, ['sent', 'failed']);
    const audited = await query(
      `select subject, allowed, details from audit_event where action = 'sendEmail' and details ->> 'schedule' = $1`,
      [String(scheduleId)],
    );
    const about = { proc: 'guarded', schedule: String(scheduleId), owner: expect.any(String) };
    expect(audited).toHaveLength(2);
    for (const email of [left.toUpperCase(), disabled]) {
      const details = { ...about, reason: reasonOf(email) };
      expect(audited).toContainEqual({ subject: email, allowed: false, details });
    }
    // What they started themselves stays theirs to see.
    await bench.preferences.set(left, ['success']);
    await bench.settled(await bench.end({ submission: { procName: 'guarded', userEmail: left } }), ['sent']);
  }, 30_000);
});

describe('several notifiers', () => {
  it('send each email once', async () => {
    const people = Array.from({ length: 5 }, () => someone('reader'));
    const scheduleId = await bench.addSchedule({ emails: people });
    const before = mail.mails.length;
    await bench.stopNotifiers();
    const env = mailEnv({ PROCTOR_NOTIFICATION_SEND_SECONDS: '30' });
    await Promise.all([1, 2, 3].map(() => bench.startNotifier(env)));
    const ids = await Promise.all(
      Array.from({ length: 30 }, () =>
        bench.end({ submission: { origin: { kind: 'schedule', scheduleId } } }),
      ),
    );
    for (const id of ids) await bench.settled(id, ['sent'], 30_000);
    await sleep(500);
    expect(mail.mails.length - before).toBe(150);
    for (const person of people) expect(mail.to(person)).toHaveLength(30);
    await bench.stopNotifiers();
    expect(new Set(mail.mails.slice(before).map(({ messageId }) => messageId)).size).toBe(150);
  }, 90_000);
});

describe('in the whole system', () => {
  it('the email says how the execution ended', async () => {
    const system = await startSystem({ notifier: true, env: mailEnv() });
    try {
      const { email } = system.api.identity;
      await system.query('insert into notification_preference (email, notify_on) values ($1, $2)', [
        email,
        ['failure'],
      ]);
      const { id } = await system.api.run('echo one; echo two >&2; exit 7');
      await until(() => mail.to(email).length === 1, 60_000);
      const { parsed } = mail.to(email)[0]!;
      expect(parsed.subject).toMatch(/^\[proctor\] run-script POD_FAILED after /);
      expect(parsed.text).toMatch(/Exit code: +7/);
      expect(parsed.text).toContain('  | one\n');
      expect(parsed.text).toContain(`executions/${id}`);
    } finally {
      await system.stop();
    }
  }, 120_000);
});

async function unspread(): Promise<number> {
  const [row] = await bench.stores.query<{ n: number }>(
    'select count(*)::int as n from notification where spread_at is null',
  );
  return row?.n ?? 0;
}
