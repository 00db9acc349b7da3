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

/** Signs in, with a policy that lets axe run in the pages. */
export async function openForAxe(
  world: ConsoleWorld,
  colorScheme: 'light' | 'dark',
): Promise<BrowserContext> {
  const context = await world.browser.newContext({ colorScheme, bypassCSP: true, viewport: WIDE });
  const page = await context.newPage();
  await page.goto(`${world.browser.consoleUrl}/`);
  await page.getByRole('heading', { name: 'Sign in to Proctor' }).waitFor();
  for (const [size, viewport] of sizesToSee()) {
    await page.setViewportSize(viewport);
    await takeScreenshot(page, `sign-in-${colorScheme}-${size}`);
  }
  await signIn(page, world.system.api.identity);
  await page.getByRole('heading', { name: 'Home' }).waitFor();
  await page.close();
  return context;
}

/** What axe finds on the page, one line each. */
export async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(async () => {
    const { axe: inPage } = globalThis as unknown as { axe: typeof axe };
    return await inPage.run();
  });
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ html }) => `${id}: ${help}: ${html}`));
}
