import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startTestGateway, type Identity, type TestGateway } from '../support/gateway.js';
import {
  resultOf,
  runCli,
  runCliHere,
  startCli,
  untilWritten,
  type CliResult,
  type Input,
} from '../support/run-cli.js';

jest.setTimeout(60_000);

let gateway: TestGateway;
let folder: string;
let ann: Identity;

beforeAll(async () => {
  gateway = await startTestGateway();
  folder = await mkdtemp(join(tmpdir(), 'proctor-cli-'));
  ann = await gateway.createUser('ann', ['ops']);
});

afterAll(async () => {
  await gateway.remove();
  await rm(folder, { recursive: true });
});

const envOf = (who: Identity) => ({
  LOCAL_CONFIG_DIR: folder,
  PROCTOR_HOST: gateway.url,
  EMAIL_ID: who.email,
  ACCESS_TOKEN: who.token,
});

function as(who: Identity, words: readonly string[], input: Input = ''): Promise<CliResult> {
  return runCliHere(words, envOf(who), input);
}

const admin = (...words: string[]) => as(gateway.admin, words);

async function succeed(result: Promise<CliResult>): Promise<string> {
  const { exitCode, stdout, stderr } = await result;
  expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([0, '']);
  return stdout;
}

async function jsonOf<T>(who: Identity, ...words: string[]): Promise<T> {
  return JSON.parse(await succeed(as(who, [...words, '-o', 'json']))) as T;
}

describe('version', () => {
  it('shows the versions of the CLI and of the gateway', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8')) as { version: string };
    expect(await succeed(runCli(['version'], envOf(ann)))).toBe(
      `proctor ${version} (client version v3.0.0)\ngateway ${version}\n`,
    );
  });
});

const GREET = `name: greet
description: Greets
image_name: proctor/greet:1
authorized_groups: [ops]
env_vars:
  args:
    - {name: WHO, description: Whom, required: true}
    - {name: TIMES, type: number, default: 1.50, max: 9}
    - {name: PIN, type: secret, description: The PIN}
  secrets:
    - {name: KEY, description: Its key}
`;

describe('procs', () => {
  it('can be created, compared, changed all or none, and removed', async () => {
    const procs = join(folder, 'procs');
    await mkdir(join(procs, 'greet'), { recursive: true });
    const file = join(procs, 'greet', 'proc.yaml');
    await writeFile(file, `${GREET}sample_secrets: {KEY: abcdef}\n`);

    const planned = await succeed(admin('procs', 'apply', '-f', procs, '--dry-run'));
    expect(planned).toContain('greet: created\n');
    expect(planned).toContain('  + env_vars.args.TIMES.default: 1.50\n');
    expect(planned).toContain('# greet: The Job is not shown: No worker answered.');
    expect(planned).toMatch(/\n1 created, 0 changed, 0 unchanged\. Nothing was applied \(--dry-run\)\.\n$/);
    expect(await jsonOf(gateway.admin, 'procs', 'list')).toEqual([]);

    expect(await succeed(admin('procs', 'apply', '-f', procs, '--yes'))).toContain('Applied: 1 created');
    expect(await succeed(admin('procs', 'apply', '-f', procs))).toBe(
      'greet: unchanged\nNothing to change.\n',
    );

    await writeFile(file, GREET.replace('max: 9', 'max: 10').replace('Greets', 'Greets you'));
    expect(await succeed(admin('procs', 'apply', '-f', file, '--yes'))).toBe(
      [
        'greet: changed',
        '  - description: Greets',
        '  + description: Greets you',
        '  - env_vars.args.TIMES.max: 9',
        '  + env_vars.args.TIMES.max: 10',
        'Applied: 0 created, 1 changed, 0 unchanged.',
        '',
      ].join('\n'),
    );

    const described = await succeed(admin('procs', 'describe', 'greet'));
    const listed = await succeed(as(ann, ['procs', 'history', 'greet']));
    const line = (n: number) => new RegExp(`^${n} +\\S.* +${gateway.admin.email} +\\S+/greet:1$`, 'm');
    expect(listed).toMatch(/^REVISION +CHANGED +BY +IMAGE\n/);
    for (const n of [1, 2]) expect(listed).toMatch(line(n));
    const change = [
      ['- description: Greets', '+ description: Greets you'],
      ['- env_vars.args.TIMES.max: 9', '+ env_vars.args.TIMES.max: 10'],
    ].flat();
    const shown = await succeed(as(ann, ['procs', 'diff', 'greet']));
    expect(shown).toMatch(
      /^Revision 1, .*by admin@example\.com\nRevision 2, .*\n {2}- description: Greets\n/,
    );
    for (const words of [['1'], ['1', '2']])
      expect(await jsonOf(ann, 'procs', 'diff', 'greet', ...words)).toEqual({
        ...{ name: 'greet', before: 1, after: 2, diff: change },
      });
    expect((await admin('procs', 'diff', 'greet', '1', '1')).stdout).toMatch(/\n {2}No difference\.\n$/);
    expect(await admin('procs', 'diff', 'greet', '7')).toMatchObject({
      exitCode: 5,
      stderr: expect.stringMatching(/no revision 7[^]*current revision is 2[^]*procs history greet/),
    });
    expect(await admin('procs', 'diff', 'greet', '0')).toMatchObject({ exitCode: 2 });

    expect(await admin('procs', 'rollback', 'greet', '1')).toMatchObject({ exitCode: 2 });
    expect((await as(ann, ['procs', 'rollback', 'greet', '1', '--yes'])).exitCode).toBe(4);
    expect(await succeed(admin('procs', 'rollback', 'greet', '1', '--yes'))).toMatch(
      /\n {2}\+ description: Greets\n[^]*greet is as at revision 1 again\. That is revision 3\.\n$/,
    );
    expect(await succeed(admin('procs', 'rollback', 'greet', '1'))).toContain('already as it was');
    await succeed(admin('procs', 'rollback', 'greet', '2', '--yes'));

    await writeFile(file, `${described}---\nname: other\nimage_name: proctor/other:1\n`);
    expect(await succeed(admin('procs', 'apply', '-f', file, '--yes'))).toContain(
      'greet: unchanged\nother: created\n',
    );
    await writeFile(
      file,
      'name: other\nimage_name: proctor/other:1\nretries: 3\n---\nname: bad\nimage_name: "::"\n',
    );
    expect((await admin('procs', 'apply', '-f', file, '--yes')).exitCode).toBe(2);
    expect(await succeed(admin('procs', 'describe', 'other'))).not.toContain('retries');

    expect((await admin('procs', 'remove', 'other')).exitCode).toBe(2);
    await succeed(admin('procs', 'remove', 'other', '--yes'));
    expect((await admin('procs', 'describe', 'other')).exitCode).toBe(5);
    expect(await succeed(as(ann, ['list', '--names']))).toBe('greet\n');
  });

  it('are checked by the gateway in a dry run, naming file, proc and field', async () => {
    const file = join(folder, 'checked.yaml');
    const apply = (...more: string[]) => admin('procs', 'apply', '-f', file, ...more);
    await writeFile(file, `${GREET}---\nname: bad\nimage_name: a:1\nservice_account: Not_A_Name\n`);
    const refused = await apply('--dry-run');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(`  ${file}: bad: service_account: expected the name of`);
    expect((await apply('--yes')).stderr).toBe(refused.stderr);

    await writeFile(file, 'name: typo\nimage_name: a:1\nauthorized_groups: [opps]\n');
    const warned = await apply('--dry-run');
    expect([warned.exitCode, warned.stderr]).toEqual([
      0,
      `Warning: ${file}: typo: authorized_groups.0: there is no group "opps"; did you mean ops?\n`,
    ]);
    expect((await apply('--yes')).stderr).toBe(warned.stderr);
    const removed = await admin('procs', 'remove', 'tpo', '--yes');
    expect([removed.exitCode, removed.stderr]).toEqual([
      5,
      'proctor: No such proc: tpo.\nDid you mean typo?\n',
    ]);
    await succeed(admin('procs', 'remove', 'typo', '--yes'));
  });

  it('can name pod templates, which admins keep', async () => {
    const file = join(folder, 'gpu.yaml');
    const apply = (...more: string[]) => admin('pod-template', 'apply', '-f', file, ...more);
    await writeFile(file, 'kind: PodTemplate\nmetadata: {name: gpu, namespace: x}\ntemplate: {spc: {}}\n');
    expect((await apply('--yes')).stderr).toContain(
      [
        `${file}: apiVersion: must be v1`,
        `${file}: metadata.namespace: is not supported: labels and annotations of pods belong under template.metadata; remove it`,
        `${file}: template.spec: is required`,
      ].join('\n  '),
    );
    const manifest =
      'apiVersion: v1\nkind: PodTemplate\nmetadata: {name: gpu}\ntemplate: {spec: {hostPID: true}}';
    await writeFile(file, manifest);
    const refused = await apply('--yes');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(`${file}: gpu: template.spec.hostPID: hostPID is not allowed`);
    await writeFile(file, manifest.replace('true', 'false'));
    expect(await succeed(apply('--yes'))).toMatch(/^gpu: created\n[^]*hostPID: false\nApplied: gpu\n$/);
    expect(await succeed(admin('pod-template', 'list'))).toMatch(/^NAME +USED BY +CHANGED +BY\ngpu /);
    await writeFile(file, await succeed(admin('pod-template', 'describe', 'gpu')));
    expect(await succeed(apply('--yes'))).toBe('gpu: unchanged\nApplied: gpu\n');
    const good = manifest.replace('true', 'false').replaceAll('gpu', 'cpu');
    await writeFile(file, [good, manifest].join('\n---\n'));
    const half = await apply('--yes');
    expect(half.stdout).toContain('  + template:\n  +   metadata:\n');
    expect(half.stderr).toContain('A pod template has errors. Applied before it: cpu.\n');
    await succeed(admin('pod-template', 'remove', 'cpu', '--yes'));
    await succeed(admin('pod-template', 'remove', 'gpu', '--yes'));
    expect((await admin('pod-template', 'describe', 'gpu')).exitCode).toBe(5);
  });

  it('may only be changed by admins', async () => {
    const file = join(folder, 'one.yaml');
    await writeFile(file, GREET.replace('Greets', 'Mine'));
    for (const option of ['--yes', '--dry-run']) {
      const { exitCode, stderr } = await as(ann, ['procs', 'apply', '-f', file, option]);
      expect(exitCode).toBe(4);
      expect(stderr).toMatch(/^proctor: \S/);
    }
  });
});

describe('secrets', () => {
  it('can be set from standard input, a prompt and files, and are never shown', async () => {
    await succeed(as(gateway.admin, ['secrets', 'set', 'greet', 'KEY'], 'from-stdin-1\n'));
    const prompted = await as(gateway.admin, ['secrets', 'set', 'greet', 'KEY'], {
      typed: ['from-prompt-2'],
    });
    expect(prompted).toMatchObject({ exitCode: 0, stdout: 'Set for greet: KEY\n' });
    await writeFile(join(folder, 'key'), 'from-file-3\n');
    await succeed(admin('secrets', 'set', 'greet', '--from-file', `KEY=${join(folder, 'key')}`));
    expect(await succeed(admin('secrets', 'list', 'greet'))).toMatch(
      /^NAME +SET +BY\nKEY +\S+Z +admin@example.com\n$/,
    );
    const pem = '-----BEGIN KEY-----\nMIIB\n-----END KEY-----\n';
    await writeFile(join(folder, 'secrets.env'), `# keys\nexport KEY="${pem}" # a key\n`);
    const fromEnvFile = ['secrets', 'set', 'greet', '--env-file', join(folder, 'secrets.env')];
    expect(await succeed(admin(...fromEnvFile))).toBe('Set for greet: KEY\n');
    await succeed(admin('secrets', 'remove', 'greet', 'KEY', '--yes'));
    expect(await succeed(admin('secrets', 'list', 'greet'))).toBe('greet has no secrets.\n');
  });
});

describe('a secret that the proc does not declare', () => {
  const set = ['secrets', 'set', 'greet', 'KEYY'];

  it('is refused without a terminal, with the nearest declared name, and set with --yes', async () => {
    const refused = await as(gateway.admin, set, 'hunter2-hunter2');
    expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
    expect(refused.stderr).toContain(
      'greet does not declare the secret KEYY (did you mean KEY?). Nothing was set.',
    );
    expect(refused.stderr).not.toContain('hunter2');
    expect(await succeed(admin('secrets', 'list', 'greet'))).toBe('greet has no secrets.\n');
    await succeed(as(gateway.admin, [...set, '--yes'], 'hunter2-hunter2'));
    await succeed(admin('secrets', 'remove', 'greet', 'KEYY', '--yes'));
  });

  it.each([
    ['n', 6, ''],
    ['y', 0, 'Set for greet: KEYY\n'],
  ])('is asked about on a terminal: %s', async (answer, exitCode, stdout) => {
    const asked = await as(gateway.admin, set, { typed: ['hunter2-hunter2', answer] });
    expect(asked).toMatchObject({ exitCode, stdout });
    expect(asked.stderr + asked.stdout).not.toContain('hunter2');
  });

  it('is set with a note if the proc is not registered yet', async () => {
    const early = await as(gateway.admin, ['secrets', 'set', 'later', 'KEY'], 'hunter2-hunter2');
    expect(early).toMatchObject({ exitCode: 0, stdout: 'Set for later: KEY\n' });
    expect(early.stderr).toContain('No proc later is registered yet.');
  });
});

describe('executions', () => {
  it('are submitted with a typed secret arg, listed, shown and rerun', async () => {
    const file = join(folder, 'args.yaml');
    await writeFile(file, 'PIN: s3cr3t-pin\n');
    const id = (await succeed(as(ann, ['execute', 'greet', 'WHO=x', '-f', file, '--detach']))).trim();
    const details = await succeed(as(ann, ['status', id, '--details']));
    expect(details).toMatch(/PIN +\*\*\*\n/);
    expect(details).toMatch(/TIMES +1.50\n/);
    expect(details).toMatch(/User +ann@example.com/);

    const again = await jsonOf<{ rerun_of: number; id: number }>(ann, 'rerun', id, '--detach');
    expect(again.rerun_of).toBe(Number(id));

    const history = await succeed(
      as(ann, ['history', '--mine', '--proc', 'greet', '--since', '1h', '--status', 'received']),
    );
    expect(history.split('\n').slice(0, 3)).toEqual([
      expect.stringMatching(/^ID +PROC +STATUS +USER +STARTED +DURATION$/),
      expect.stringMatching(new RegExp(`^${again.id} +greet +RECEIVED +ann@example.com$`)),
      expect.stringMatching(new RegExp(`^${id} +greet +RECEIVED`)),
    ]);
    const pages = (await succeed(as(ann, ['history', '--all', '--limit', '1', '-o', 'json'])))
      .trim()
      .split('\n');
    const all = pages.flatMap((page) => (JSON.parse(page) as { executions: { id: number }[] }).executions);
    expect(all.map((one) => one.id)).toEqual([again.id, Number(id)]);
    expect(await succeed(as(ann, ['history', '--until', '1h']))).toBe('');

    // Another user's secret arguments are asked for, and never taken from the command line.
    const unasked = await as(gateway.admin, ['rerun', id, '--detach']);
    expect(unasked).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/PIN.*is required/) });
    const seen = await as(gateway.admin, ['rerun', id, 'PIN=1234', '--detach']);
    expect(seen).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('not accepted on the command line'),
    });
    const mine = JSON.parse(
      await succeed(
        as(gateway.admin, ['rerun', id, 'WHO=y', '-f', '-', '-d', '-o', 'json'], 'PIN: my-own\n'),
      ),
    ) as { rerun_of: number; id: number };
    expect(mine.rerun_of).toBe(Number(id));
    const shown = await succeed(as(gateway.admin, ['status', String(mine.id), '--details']));
    expect(shown).toMatch(/WHO +y\n/);
  });

  it('have logs that can be shown in part', async () => {
    const id = (await succeed(as(ann, ['execute', 'greet', 'WHO=x', '--detach']))).trim();
    await gateway.addRows(Number(id), [{ text: 'one' }, { text: 'two' }, { text: 'three' }]);
    expect(await succeed(as(ann, ['logs', id, '--tail', '2', '--no-follow']))).toBe('two\nthree\n');
    const followed = startCli(['logs', id, '--tail', '1'], envOf(ann));
    const result = resultOf(followed);
    await untilWritten(followed.stdout, 'three\n');
    await gateway.addRows(Number(id), [{ text: 'four' }]);
    await gateway.end(Number(id));
    expect(await succeed(result)).toBe('three\nfour\n');
    expect(await succeed(as(ann, ['logs', id, '--no-follow']))).toBe('one\ntwo\nthree\nfour\n');
    const found = await as(ann, ['logs', id, '--search', 'O']);
    expect(found).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: expect.stringMatching(/^0 lines match\./),
    });
    const matches = await as(ann, ['logs', id, '--search', 'o']);
    expect(matches).toMatchObject({ exitCode: 0, stdout: '1: one\n2: two\n4: four\n' });
    expect(matches.stderr).toContain('3 lines match.');
    expect((await as(ann, ['logs', id, '--search', 'o', '--tail', '1'])).exitCode).toBe(2);
  });
});

describe('schedule', () => {
  const when = ['-c', '*/5 * * * *', '-g', 'ops', '-n', 'a@example.com', '-T', 'nightly'];

  it("takes v2's words, and is listed, paused, resumed and removed", async () => {
    expect(await succeed(as(ann, ['schedule', 'list']))).toBe('No scheduled jobs found\n');
    const { id } = await jsonOf<{ id: number }>(ann, 'schedule', 'greet', ...when, 'WHO=x');
    expect((await as(ann, ['schedule', 'greet', ...when, 'WHO=x'])).exitCode).toBe(6);
    expect(await succeed(as(ann, ['schedule', 'list']))).toMatch(
      /\*\/5 \* \* \* \* +ops +nightly +ann@example.com/,
    );
    expect(await succeed(as(ann, ['schedule', 'describe', String(id)]))).toMatch(/State +active\n/);
    await succeed(as(ann, ['schedule', 'pause', String(id)]));
    expect(await succeed(as(ann, ['schedule', 'describe', String(id)]))).toMatch(/State +paused\n/);
    await succeed(as(ann, ['schedule', 'resume', String(id)]));
    expect(await succeed(as(ann, ['schedule', 'remove', String(id)]))).toBe(
      'Schedule delete is successful\n',
    );
    expect((await as(ann, ['schedule', 'describe', String(id)])).exitCode).toBe(5);
  });

  it('says what is wrong with the cron', async () => {
    const { exitCode, stderr } = await as(ann, [
      'schedule',
      'create',
      'greet',
      '-c',
      'x',
      ...when.slice(2),
      'WHO=x',
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('cron');
  });
});

describe('a schedule with options that v2 lacks', () => {
  const to = ['-g', 'ops', '-n', 'a@example.com', '-T', 'nightly'];
  const inKolkata = (...words: string[]) =>
    runCliHere(words, {
      ...{ LOCAL_CONFIG_DIR: folder, PROCTOR_HOST: gateway.url, TZ: 'Asia/Kolkata' },
      ...{ EMAIL_ID: ann.email, ACCESS_TOKEN: ann.token },
    });
  interface Shown {
    id: number;
    cron: string;
    at?: string;
    nextFireAt?: string;
  }

  it("runs in a time zone, and is shown in that and in the user's", async () => {
    const how = ['--time-zone', 'Europe/Berlin', '--overlap', 'skip', '--misfire', 'all', '--grace', '10m'];
    const when = ['-c', '0 7 * * *', '--notify-on', 'failure,slow', '--blackout', 'sat,sun 00:00-24:00'];
    const made = await succeed(inKolkata('schedule', 'greet', ...when, ...how, ...to, 'WHO=zone'));
    expect(made).toMatch(/^Scheduled\.\nId +\d+\n/);
    expect(made).toMatch(
      /^Next +\S+T07:00:00\+0[12]:00 \(Europe\/Berlin\), \S+:30:00\+05:30 \(Asia\/Kolkata\)$/m,
    );
    expect(made).toMatch(/^Misfire +all, after 600 s\nBlackout +sat,sun 00:00-00:00$/m);
    expect(made).toMatch(/^Notifies on +failure, slow$/m);
    const id = /^Id +(\d+)$/m.exec(made)?.[1] ?? '';
    expect(await succeed(inKolkata('schedule', 'list'))).toMatch(
      /NEXT \(Asia\/Kolkata\)\n.* Europe\/Berlin +\S+T07:00:00\+0[12]:00 +\S+:30:00\+05:30\n/,
    );

    const next = (await succeed(inKolkata('schedule', 'next', id, '--count', '3'))).split('\n');
    expect(next).toHaveLength(5);
    expect(next[0]).toMatch(/^Europe\/Berlin +Asia\/Kolkata$/);
    const { times } = await jsonOf<{ times: string[] }>(ann, 'schedule', 'next', id, '--count', '7');
    const days = times.map((time) => new Date(time).getUTCDay());
    expect(days.filter((day) => day === 0 || day === 6)).toEqual([]);
    expect(times).toHaveLength(7);

    expect((await inKolkata('schedule', 'pause', id)).stdout).toContain('list --all');
    expect(await succeed(inKolkata('schedule', 'list'))).toBe('No scheduled jobs found\n');
    expect(await succeed(inKolkata('schedule', 'list', '--all'))).toMatch(
      /Europe\/Berlin +paused +paused\n$/,
    );
    expect((await inKolkata('schedule', 'next', id)).stderr).toContain('The schedule is paused.');

    const changed = ['-c', '0 9 * * *', '--time-zone', 'local', '--no-blackouts', '--notify-on', 'none'];
    await succeed(inKolkata('schedule', 'update', id, ...changed, 'WHO=other'));
    expect(await succeed(inKolkata('schedule', 'resume', id))).toMatch(
      /is active\.\nNext: \S+T09:00:00\+05:30 \(Asia\/Kolkata\)\n$/,
    );
    const shown = await succeed(inKolkata('schedule', 'describe', id));
    expect(shown).toMatch(/^Notifies on +nothing$/m);
    expect(shown).toMatch(/^ +WHO +other$/m);
    expect(shown).not.toContain('Blackout');
    expect(shown).toMatch(/^Overlap +skip$/m);
    await succeed(inKolkata('schedule', 'remove', id));
  });

  it('runs once at a given time', async () => {
    const before = Date.now();
    const made = await jsonOf<Shown>(ann, 'schedule', 'greet', '--at', '2h', ...to, 'WHO=once');
    const atMs = Date.parse(made.at ?? '');
    expect(atMs - before).toBeGreaterThanOrEqual(2 * 3_600_000);
    expect(Date.now() - atMs).toBeLessThanOrEqual(-2 * 3_600_000 + 60_000);
    expect(made).toMatchObject({ cron: '', nextFireAt: made.at });
    const again = await jsonOf<Shown>(ann, 'schedule', 'update', String(made.id), '-c', '@daily');
    expect(again).toMatchObject({ cron: '@daily' });
    expect(again).not.toHaveProperty('at');
    await succeed(as(ann, ['schedule', 'remove', String(made.id)]));
  });

  it('has a history, page after page', async () => {
    const { id } = await jsonOf<Shown>(ann, 'schedule', 'greet', '-c', '@daily', ...to, 'WHO=history');
    const empty = await as(ann, ['schedule', 'history', String(id)]);
    expect(empty).toMatchObject({ exitCode: 0, stdout: '', stderr: 'The schedule has not run yet.\n' });
    await gateway.query(
      `insert into schedule_tick (schedule_id, fire_at, outcome, execution_id, count, reason) values
       ($1, '2026-01-03T00:00:00Z', 'fired', 12, 1, null),
       ($1, '2026-01-02T00:00:00Z', 'missed', null, 12, 'nobody looked'),
       ($1, '2026-01-01T00:00:00Z', 'refused', null, 1, 'not in ops any more')`,
      [id],
    );
    const text = await succeed(as(ann, ['schedule', 'history', String(id), '--all', '--limit', '1']));
    const lines = text.trimEnd().split('\n');
    expect(lines).toHaveLength(4);
    expect(lines[1]).toMatch(/^2026-01-03T00:00:00Z .*fired +12$/);
    expect(lines[2]).toMatch(/missed \(12 in a row\) +nobody looked$/);
    const first = await as(ann, ['schedule', 'history', String(id), '--limit', '1']);
    expect(first.stderr).toContain('--all');
    await succeed(as(ann, ['schedule', 'remove', String(id)]));
  });

  it('is refused with the reason', async () => {
    const zone = await as(ann, [
      'schedule',
      'greet',
      '-c',
      '@daily',
      '--time-zone',
      'Mars/Base',
      ...to,
      'WHO=x',
    ]);
    expect(zone).toMatchObject({ exitCode: 2, stdout: '' });
    expect(zone.stderr).toContain('Europe/Berlin');
    const past = await as(ann, ['schedule', 'greet', '--at', '2020-01-01T00:00:00Z', ...to, 'WHO=x']);
    expect(past).toMatchObject({ exitCode: 2 });
    expect(past.stderr).toContain('never fire');
  });
});

describe('notifications', () => {
  it('can be listed and sent again by admins', async () => {
    const id = (await succeed(as(ann, ['execute', 'greet', 'WHO=x', '--detach']))).trim();
    const [row] = await gateway.query<{ id: string }>(
      `with event as (insert into notification (execution_id, event, spread_at) values ($1, 'slow', now()) returning id)
       insert into delivery (notification_id, channel, recipient, state, attempts, failed_reason)
       select id, 'mail', 'a@example.com', 'failed', 8, '550 no such user' from event returning id::text`,
      [id],
    );
    const listed = await succeed(admin('notification', 'list', '--state', 'failed', '--execution', id));
    expect(listed).toMatch(
      new RegExp(`^ID .*\\n${row?.id} +slow +${id} +mail +a@example.com +failed +8 +550 no such user\\n$`),
    );
    expect(await succeed(admin('notification', 'resend', row?.id ?? ''))).toMatch(
      /Queued for sending\.\n.*\n.* pending +0 /,
    );
    const page = await jsonOf<{ notifications: { state: string }[] }>(
      gateway.admin,
      ...['notification', 'list', '--execution', id, '--channel', 'mail'],
    );
    expect(page.notifications).toMatchObject([{ state: 'pending' }]);
    const none = await admin('notification', 'list', '--channel', 'plugin:none');
    expect(none).toMatchObject({ exitCode: 0, stdout: '', stderr: 'No notifications found.\n' });
    expect((await admin('notification', 'resend', '999999999')).exitCode).toBe(5);
    expect((await as(ann, ['notification', 'list'])).exitCode).toBe(4);
  });

  it('follow the choice of each account', async () => {
    expect(await succeed(as(ann, ['notify']))).toBe(
      'You get no email about executions you start yourself.\n',
    );
    expect(await succeed(as(ann, ['notify', 'failure', 'slow']))).toContain(
      'executions you start yourself: failure, slow.',
    );
    expect(await jsonOf(ann, 'notify')).toEqual({ notify_on: ['failure', 'slow'] });
    expect(await jsonOf(gateway.admin, 'notify')).toEqual({ notify_on: [] });
    expect(await succeed(as(ann, ['notify', 'none']))).toBe(
      'You get no email about executions you start yourself.\n',
    );
  });
});

describe('accounts', () => {
  it('can be created, changed and removed, with groups and tokens', async () => {
    await succeed(admin('group', 'create', 'night', '--description', 'At night'));
    await succeed(admin('user', 'create', 'bob@example.com', '--name', 'Bob', '--group', 'ops'));
    const typo = await admin('user', 'create', 'eve@example.com', '--group', 'opps');
    expect(typo.exitCode).toBe(2);
    expect(typo.stderr).toContain('There is no group opps (did you mean ops?). Nothing was changed.');
    const asked = await as(gateway.admin, ['user', 'update', 'bob@example.com', '--group', 'opps'], {
      typed: ['n'],
    });
    expect(asked.exitCode).toBe(6);
    await succeed(admin('user', 'create', 'eve@example.com', '--group', 'made', '--yes'));
    await succeed(admin('user', 'remove', 'eve@example.com', '--yes'));
    await succeed(admin('group', 'remove', 'made', '--yes'));
    await succeed(admin('group', 'add', 'night', 'bob@example.com', 'ann@example.com'));
    expect(await succeed(admin('group', 'list'))).toMatch(/night +2 +At night/);
    await succeed(admin('group', 'drop', 'night', 'ann@example.com'));

    const created = await admin(
      'token',
      'create',
      '--email',
      'bob@example.com',
      '--label',
      'x',
      '--expires',
      '1d',
    );
    const bob = { email: 'bob@example.com', token: created.stdout.trim() };
    expect(created.stderr).toContain('shown only once');
    expect(await succeed(as(bob, ['whoami']))).toMatch(/Groups +night, ops\nAdmin +no\nScope +admin\n/);
    const [token] = await jsonOf<Array<{ id: string }>>(bob, 'token', 'list');
    expect(JSON.stringify(token)).not.toContain(bob.token);

    const narrow = ['token', 'create', '--scope', 'read', '--proc', 'greet', '--expires', 'never'];
    const made = await as(bob, narrow);
    expect(made).toMatchObject({ exitCode: 0 });
    const reader = { email: bob.email, token: made.stdout.trim() };
    expect(await succeed(as(reader, ['whoami']))).toContain('Scope   read of greet\n');
    const refused = await as(reader, ['execute', 'greet']);
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain(
      'This requires a token with the scope execute; yours has the scope read',
    );
    expect(await succeed(as(bob, ['token', 'list']))).toMatch(
      new RegExp(`read of greet +active .* ${token?.id ?? ''}\n`),
    );
    const unasked = await as(bob, ['token', 'revoke', token?.id ?? '']);
    expect([unasked.exitCode, unasked.stderr]).toEqual([2, expect.stringContaining('--yes')]);
    const revoked = await succeed(as(bob, ['token', 'revoke', token?.id ?? '', '--yes']));
    expect(revoked).toMatch(
      new RegExp(`^Revoked: ${token?.id}\nAlso revoked: [0-9a-f-]{36}  bob@example.com\n$`),
    );
    for (const who of [bob, reader]) expect((await as(who, ['whoami'])).exitCode).toBe(3);
    expect(await succeed(admin('user', 'update', 'bob@example.com', '--deactivate', '--no-groups'))).toMatch(
      /State +disabled/,
    );
    expect(await succeed(admin('user', 'list'))).toMatch(/bob@example.com +Bob +disabled +person\n/);
    await succeed(admin('user', 'remove', 'bob@example.com', '--yes'));
    expect((await admin('user', 'show', 'bob@example.com')).exitCode).toBe(5);
    await succeed(admin('group', 'remove', 'night', '--yes'));
  });

  it('say which workload rules end with a token', async () => {
    const made = await admin('token', 'create', '--label', 'setup');
    const setUp = { email: gateway.admin.email, token: made.stdout.trim() };
    await succeed(admin('user', 'create', 'ci@example.com', '--service'));
    const rule = ['--issuer', 'https://ci.example.com', '--audience', 'proctor', '--subject', 'repo:a:b'];
    await succeed(as(setUp, ['workload', 'create', 'ci-job', ...rule, '--account', 'ci@example.com']));
    const tokens = await jsonOf<Array<{ id: string; label: string }>>(gateway.admin, 'token', 'list');
    const { id = '' } = tokens.find(({ label }) => label === 'setup') ?? {};
    const asked = await as(gateway.admin, ['token', 'revoke', id], { typed: ['n'] });
    expect(asked.exitCode).toBe(6);
    expect(await succeed(admin('token', 'revoke', id, '--yes'))).toBe(
      `Revoked: ${id}\nEnded: workload rule ci-job\n`,
    );
    expect(await succeed(admin('workload', 'list'))).toMatch(/ci-job .* ended /);
  });

  it('leave audit events', async () => {
    expect(await succeed(admin('audit', '--actor', 'ann@example.com', '--refused'))).toMatch(
      /ann@example.com .*refused/,
    );
    const file = (await succeed(admin('audit', '--export'))).trimEnd().split('\n');
    const events = file.map((line) => JSON.parse(line) as { id: number; action: string });
    expect(events.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['registerProcs', 'createUser']),
    );
    const ids = events.map((event) => event.id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(await readFile(join(folder, 'args.yaml'), 'utf8')).toContain('s3cr3t-pin');
    expect(file.join('\n')).not.toContain('s3cr3t-pin');
  });
});
