import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from 'playwright-core';
import { ensureChromium } from '../../scripts/lib/find-chromium.mjs';

export type { Page } from 'playwright-core';

/** How long a test waits for something to show. */
const PATIENCE_MS = 15_000;

/** A Chromium in which pages of the console are opened. */
export class TestBrowser {
  /** What went wrong in any page: violations of the content security policy, and uncaught errors. */
  readonly problems: string[] = [];

  private constructor(
    private readonly browser: Browser,
    readonly consoleUrl: string,
  ) {}

  static async start(gatewayUrl: string): Promise<TestBrowser> {
    const { bin, env } = await ensureChromium();
    const browser = await chromium.launch({
      executablePath: bin,
      env: { ...process.env, ...env },
      // As root there is no sandbox; the pages are ours.
      args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'],
    });
    return new TestBrowser(browser, `${gatewayUrl}/console`);
  }

  /** As a person's browser: it has cookies of its own. */
  async newContext(options: BrowserContextOptions = {}): Promise<BrowserContext> {
    const context = await this.browser.newContext({
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(PATIENCE_MS);
    context.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) this.problems.push(message.text());
    });
    context.on('weberror', (error) => this.problems.push(String(error.error())));
    return context;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

/** Signs in on the page that asks for it. */
export async function signIn(page: Page, { email, token }: { email: string; token: string }): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Access token').fill(token);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Whether PROCTOR_SCREENSHOTS names a folder for pictures of every page. */
export function takesScreenshots(): boolean {
  return Boolean(process.env['PROCTOR_SCREENSHOTS']);
}

/** Writes a picture of the page into the folder in PROCTOR_SCREENSHOTS, if that is set. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  const folder = process.env['PROCTOR_SCREENSHOTS'];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}
