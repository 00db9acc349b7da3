import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page } from 'playwright-core';
import { SCRIPT_PROC, until } from '../support/api-client.js';
import { signIn, takeScreenshot } from '../support/browser.js';
import { findViolations, openForAxe, PAGES, sizesToSee, THEMES } from '../support/console-pages.js';
import { FAILED_LINES, HOSTILE, startConsoleWorld, type ConsoleWorld } from '../support/console-world.js';

let world: ConsoleWorld;
/** Of a person who is signed in. */
let person: BrowserContext;
let page: Page;

beforeAll(async () => {
  world = await startConsoleWorld();
  person = await world.browser.newContext();
}, 120_000);
afterAll(() => world.stop(), 60_000);

const open = async (path: string) => await page.goto(world.browser.consoleUrl + path);
const admin = () => world.system.api.identity;
const log = () => page.getByRole('region', { name: 'Lines of the log' });
const arg = (name: string) => page.locator(`[data-arg="${name}"]`);
const heading = (name: string | RegExp) => page.getByRole('heading', { level: 1, name });

describe('signing in', () => {
  it('happens at the address that one was going to, and goes on there', async () => {
    page = await person.newPage();
    await page.goto(`${world.system.gatewayUrl}/`);
    await heading('Sign in to Proctor').waitFor();
    await open(`/executions/${world.ids.finished}`);
    await signIn(page, { ...admin(), token: 'guessed' });
    await page.getByRole('alert').getByText('The email or the access token is missing or wrong.').waitFor();
    await signIn(page, admin());
    await heading(SCRIPT_PROC).waitFor();
    expect(page.url()).toBe(`${world.browser.consoleUrl}/executions/${world.ids.finished}`);
    await page.close();
  });

  it('is asked for again after signing out', async () => {
    const context = await world.browser.newContext();
    page = await context.newPage();
    await open('/procs');
    await signIn(page, admin());
    await heading('Procs').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await heading('Sign in to Proctor').waitFor();
    await page.reload();
    await heading('Sign in to Proctor').waitFor();
    await context.close();
  });
});

describe('the console', () => {
  beforeEach(async () => {
    page = await person.newPage();
  });
  afterEach(async () => await page.close());

  it('finds a proc as one types, runs it from its form and shows its log live', async () => {
    await open('/');
    await page.getByRole('link', { name: 'Procs', exact: true }).click();
    await page.getByLabel('Search').fill('deploy');
    await page.getByRole('link', { name: 'deploy-service' }).click();
    const gate = `/tmp/console-${Date.now()}`;
    await arg('SCRIPT').fill(
      `echo first; while [ ! -e ${gate} ]; do sleep 0.05; done; rm ${gate}; echo last`,
    );
    await arg('REPLICAS').fill('12');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page
      .getByText(/at most 9/)
      .first()
      .waitFor();
    await arg('REPLICAS').fill('3');
    await arg('STAGE').selectOption('production');
    await arg('KEY').fill('a long secret');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await log().getByText('first', { exact: true }).waitFor();
    await page.getByText('Running', { exact: true }).first().waitFor();
    expect(await log().getByText('last').count()).toBe(0);
    await world.system.api.run(`touch ${gate}`);
    await log().getByText('last', { exact: true }).waitFor();
    await page.getByText('Finished', { exact: true }).waitFor();
    const args = page.locator('dl[aria-label=Args]');
    await args.getByText('production').waitFor();
    await args.getByText('***').waitFor();
    expect(await page.content()).not.toContain('a long secret');
  });

  it('opens a failed run at its end and says why it failed', async () => {
    await open('/executions');
    await page.getByRole('link', { name: String(world.ids.failed) }).click();
    await log().getByText('it broke', { exact: true }).waitFor();
    await log().getByText(`step ${FAILED_LINES}`, { exact: true }).waitFor();
    expect(await log().getByText('step 1', { exact: true }).count()).toBe(0);
    await page
      .getByText(/exit code 3/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: 'Start' }).click();
    await log().getByText('step 1', { exact: true }).waitFor();
  });

  it('leads to a line of a log', async () => {
    await open(`/executions/${world.ids.failed}#L120-L121`);
    await log().getByText('step 120', { exact: true }).waitFor();
    expect(await page.locator('[data-line="120"][class*=chosen]').count()).toBe(1);
    expect(await page.locator('[class*=chosen]').count()).toBe(2);
  });

  it('searches the whole log: counts, leads to each match, and marks it', async () => {
    await open(`/executions/${world.ids.failed}`);
    await log().getByText('it broke', { exact: true }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('step 39');
    // 39 and 390 to 399.
    await page.getByRole('status').getByText('11 matches').waitFor();
    await page.keyboard.press('Escape');
    expect(await page.getByLabel('Search the log').inputValue()).toBe('step 39');
    const matches = page.getByRole('list', { name: 'Lines that match' });
    await matches.getByRole('link', { name: '39 step 39', exact: true }).click();
    await log().getByText('step 38', { exact: true }).waitFor();
    expect(page.url()).toMatch(/#L39$/);
    expect(await log().locator('mark').first().textContent()).toBe('step 39');
    await page.keyboard.press('n');
    await page.getByRole('status').getByText('2 of 11 matches').waitFor();
    await log().getByText('step 392', { exact: true }).waitFor();
    expect(page.url()).toMatch(/#L390$/);
    await page.keyboard.press('N');
    await until(() => page.url().endsWith('#L39'), 5_000);
    await page.getByLabel('Search the log').fill('<img');
    await page.getByText('No line of the log has this text.').waitFor();
  });

  it('remembers how the times of lines are shown', async () => {
    await open(`/executions/${world.ids.finished}`);
    const times = page.getByLabel('Times of the lines');
    const clock = log().getByText(/^\d\d:\d\d:\d\d\.\d{3}$/);
    await log().getByText('hello', { exact: true }).waitFor();
    await times.selectOption('Clock: UTC');
    await clock.first().waitFor();
    await page.reload();
    await clock.first().waitFor();
    await times.selectOption('Since the start');
    await log().getByText('+0.000', { exact: true }).waitFor();
    await times.selectOption('Times: off');
    await clock.first().waitFor({ state: 'detached' });
  });

  it('goes anywhere by the keyboard alone, and does nothing while one types', async () => {
    await open('/');
    await heading('Home').waitFor();
    const field = page.getByRole('combobox', { name: 'Go to' });
    // No key may be lost before the dialog is there, or be taken for one of the page.
    await page.keyboard.press('Control+k');
    await page.keyboard.type('deploy-s');
    expect(await field.inputValue()).toBe('deploy-s');
    await page.getByRole('option', { name: /deploy-service/ }).waitFor();
    await page.keyboard.press('Enter');
    await heading('deploy-service').waitFor();
    await arg('SCRIPT').focus();
    await page.keyboard.type('?r/f');
    expect(await arg('SCRIPT').inputValue()).toBe('?r/f');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('Control+k');
    await field.waitFor();
    await page.keyboard.type(String(world.ids.failed));
    await page.keyboard.press('Enter');
    await heading(SCRIPT_PROC).waitFor();
    await log().getByText('it broke', { exact: true }).waitFor();
    await page.keyboard.press('?');
    await page
      .getByRole('dialog', { name: 'Keys on this page' })
      .getByText('Search', { exact: true })
      .waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('r');
    await page.getByRole('button', { name: 'Run it again' }).waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('c');
    await page.getByRole('button', { name: 'Run', exact: true }).waitFor();
    expect(page.url()).toContain(`/procs/${SCRIPT_PROC}/run?SCRIPT=`);
  });

  it('shows new runs and new statuses in a list as they come, without reading it again and again', async () => {
    await open('/executions');
    await page.getByRole('link', { name: String(world.ids.failed) }).waitFor();
    const reads: string[] = [];
    page.on('request', (request) => {
      if (/\/execution(\?|$)/.test(new URL(request.url()).pathname)) reads.push(request.url());
    });
    const { id } = await world.system.api.run('sleep 1');
    const row = page.getByRole('row').filter({ hasText: String(id) });
    await row.getByText('Running').waitFor();
    await row.getByText('Finished').waitFor();
    expect(reads).toEqual([]);
  });

  it('says that the gateway is gone, and goes on where it was once it is back', async () => {
    const gate = `/tmp/console-${Date.now()}`;
    const { id } = await world.system.api.run(
      `echo one; while [ ! -e ${gate} ]; do sleep 0.05; done; rm ${gate}; echo two`,
    );
    await open(`/executions/${id}`);
    await log().getByText('one', { exact: true }).waitFor();
    await world.killGateway();
    await page.getByText('The connection to the gateway is lost').waitFor();
    await world.startGateway();
    await world.system.api.run(`touch ${gate}`);
    await log().getByText('two', { exact: true }).waitFor();
    expect(await log().getByText('one', { exact: true }).count()).toBe(1);
    await page.getByText('Finished', { exact: true }).waitFor();
    await until(
      async () => (await page.getByText('The connection to the gateway is lost').count()) === 0,
      20_000,
    );
  }, 60_000);

  it('keeps all filters over a reload', async () => {
    await open('/executions');
    await page.getByRole('button', { name: 'Failed' }).click();
    await page.getByLabel('Proc').fill(SCRIPT_PROC);
    await page.keyboard.press('Enter');
    await page.getByLabel('User').fill(admin().email);
    await page.keyboard.press('Enter');
    await page.getByLabel('Since').fill('2020-01-01T00:00');
    await page.keyboard.press('Enter');
    await until(() => page.url().includes('since='), 5_000);
    const address = page.url();
    await page.reload();
    await page.getByRole('link', { name: String(world.ids.failed) }).waitFor();
    expect(page.url()).toBe(address);
    expect(await page.getByLabel('Proc').inputValue()).toBe(SCRIPT_PROC);
    expect(await page.getByLabel('Since').inputValue()).toBe('2020-01-01T00:00');
    expect(await page.getByRole('button', { name: 'Failed' }).getAttribute('aria-pressed')).toBe('true');
    expect(await page.getByRole('link', { name: String(world.ids.finished) }).count()).toBe(0);
  });

  it('fills in a form from the address, but neither its secret args nor anything else, and waits for a person', async () => {
    const before = await countExecutions();
    await open('/procs/deploy-service/run?SCRIPT=echo%20hi&STAGE=production&KEY=guessed&OTHER=1');
    await page.getByText(/KEY, OTHER/).waitFor();
    expect(await arg('SCRIPT').inputValue()).toBe('echo hi');
    expect(await arg('STAGE').inputValue()).toBe('production');
    expect(await arg('KEY').inputValue()).toBe('');
    await page.getByText('As a command').click();
    await page.getByText(`proctor execute deploy-service 'SCRIPT=echo hi' STAGE=production`).waitFor();
    expect(await countExecutions()).toBe(before);
  });

  it('cancels a run after asking, and runs it again', async () => {
    const { id } = await world.system.api.run('echo up; sleep 600');
    await open(`/executions/${id}`);
    await log().getByText('up', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel the execution' }).click();
    await page.getByText('Cancelled', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Re-run with changes' }).click();
    await arg('SCRIPT').fill('echo changed');
    await page.getByText('changed', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await log().getByText('changed', { exact: true }).waitFor();
    await page.getByText('Finished', { exact: true }).waitFor();
    const changed = page.url();
    await page.getByRole('button', { name: 'Re-run', exact: true }).click();
    await page.getByText('again after').waitFor();
    await page.getByText('Finished', { exact: true }).waitFor();
    expect(page.url()).not.toBe(changed);
  });

  it('lists schedules with their next times, pauses them and lets them fire again', async () => {
    await open('/schedules');
    await page.getByRole('button', { name: /^Pause/ }).click();
    await page.getByRole('button', { name: /^Resume/ }).waitFor();
    await page.getByText('Paused', { exact: true }).waitFor();
    await page.getByRole('button', { name: /^Resume/ }).click();
    await page.getByText('Active', { exact: true }).waitFor();
    await page.getByRole('link', { name: SCRIPT_PROC }).click();
    const times = page.getByRole('region', { name: 'Next times' }).getByRole('listitem');
    await times.first().waitFor();
    expect(await times.count()).toBe(5);
    expect(await times.first().textContent()).toContain('03:00:00');
  });

  it('shows hostile names, args and lines as text', async () => {
    await open('/procs/deploy-service');
    await page.getByText(HOSTILE).waitFor();
    await open(`/executions/${world.ids.hostile}`);
    await log().getByText(HOSTILE).waitFor();
    await log().getByText('ab drow', { exact: true }).waitFor();
    await log().getByText('99%').waitFor();
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).toContain(SCRIPT_PROC);
  });

  it('says what is wrong, and names the request', async () => {
    await open('/executions/1');
    await page
      .getByRole('alert')
      .getByText(/Request [0-9a-f-]{36}/)
      .waitFor();
    await open('/executions?status=GOOD');
    await page
      .getByRole('alert')
      .getByText(/must be one of/)
      .first()
      .waitFor();
    await open('/nothing');
    await page.getByText('There is no such page').waitFor();
  });
});

describe('every page', () => {
  let context: BrowserContext;
  beforeAll(async () => {
    context = await openForAxe(world);
    page = await context.newPage();
  }, 30_000);
  afterAll(async () => await context.close());

  it.each(PAGES)('$name is accessible in both themes', async ({ name, path, sign }) => {
    for (const [size, viewport] of sizesToSee()) {
      await page.setViewportSize(viewport);
      await open(path(world));
      await page.getByText(sign).first().waitFor();
      for (const colorScheme of THEMES) {
        await page.emulateMedia({ colorScheme });
        await takeScreenshot(page, `${name}-${colorScheme}-${size}`);
      }
    }
    expect(await findViolations(page)).toEqual([]);
  });
});

it('no page violated its content security policy or threw an error', () => {
  expect(world.browser.problems).toEqual([]);
});

async function countExecutions(): Promise<number> {
  const [row] = await world.system.query<{ count: string }>('select count(*) from execution');
  return Number(row?.count);
}
