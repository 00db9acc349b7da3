import axe from 'axe-core';
import type { BrowserContext, Page } from 'playwright-core';
import { signIn, takeScreenshot, takesScreenshots } from './browser.js';
import { FAILED_LINES, type ConsoleWorld } from './console-world.js';

interface ConsolePage {
  name: string;
  path: (world: ConsoleWorld) => string;
  /** Shows once everything on the page is there. */
  sign: string;
}

/** Every page of the console. */
export const PAGES: readonly ConsolePage[] = [
  { name: 'home', path: () => '/', sign: 'My last runs' },
  { name: 'procs', path: () => '/procs?q=a', sign: 'deploy-service' },
  { name: 'proc', path: () => '/procs/deploy-service/run?STAGE=staging', sign: 'Last executions' },
  { name: 'executions', path: () => '/executions', sign: 'exit code 3' },
  { name: 'run', path: ({ ids }) => `/executions/${ids.failed}`, sign: `step ${FAILED_LINES}` },
  { name: 'run-colours', path: ({ ids }) => `/executions/${ids.hostile}`, sign: '99%' },
  { name: 'schedules', path: () => '/schedules', sign: 'nightly' },
  { name: 'schedule', path: ({ scheduleId }) => `/schedules/${scheduleId}`, sign: '03:00:00' },
];

const WIDE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

/** The sizes in which each page is opened: the phone's for pictures alone, because axe finds the same in both. */
export function sizesToSee(): [name: string, size: typeof WIDE][] {
  return takesScreenshots()
    ? [
        ['phone', PHONE],
        ['wide', WIDE],
      ]
    : [['wide', WIDE]];
}

export const THEMES = ['light', 'dark'] as const;

/** Signs in, with a policy that lets axe run in the pages. */
export async function openForAxe(world: ConsoleWorld): Promise<BrowserContext> {
  const context = await world.browser.newContext({ bypassCSP: true, viewport: WIDE });
  const page = await context.newPage();
  await page.goto(`${world.browser.consoleUrl}/`);
  await page.getByRole('heading', { name: 'Sign in to Proctor' }).waitFor();
  for (const [size, viewport] of sizesToSee()) {
    await page.setViewportSize(viewport);
    await takeScreenshot(page, `sign-in-${size}`);
  }
  await signIn(page, world.system.api.identity);
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await page.close();
  return context;
}

/** What axe finds on the page in either theme, one line each. Only the colours differ between them. */
export async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  await page.emulateMedia({ colorScheme: 'light' });
  const inLight = await runAxe(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  return [...inLight, ...(await runAxe(page, ['color-contrast', 'link-in-text-block']))];
}

/** @param rules all if omitted */
async function runAxe(page: Page, rules?: string[]): Promise<string[]> {
  const { violations } = await page.evaluate(async (only) => {
    const { axe: inPage } = globalThis as unknown as { axe: typeof axe };
    return await inPage.run(only ? { runOnly: only } : {});
  }, rules);
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}
