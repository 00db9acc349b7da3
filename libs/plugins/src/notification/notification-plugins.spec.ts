import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chooseNotificationPlugins } from './choose-notification-plugins.js';
import { loadNotificationPlugin } from './load-notification-plugin.js';
import type { ExecutionEvent } from './notification-plugin.js';

const EVENT: ExecutionEvent = {
  type: 'EXECUTION_EVENT',
  user: { email: 'ada@example.com' },
  content: { ExecutionID: '1', JobName: 'p', ImageTag: 'i:1', Args: '{}', Status: 'FINISHED' },
};

describe('chooseNotificationPlugins', () => {
  const choose = (binary?: string, exported?: string, more: Record<string, string> = {}) =>
    chooseNotificationPlugins({
      PROCTOR_NOTIFICATION_PLUGIN_BINARY: binary,
      PROCTOR_NOTIFICATION_PLUGIN_EXPORTED: exported,
      ...more,
    });

  it('pairs names and exports', () => {
    expect(choose(' ./a.mjs , b ', 'One,Two')).toEqual({
      shipped: [],
      own: [
        { name: './a.mjs', exported: 'One' },
        { name: 'b', exported: 'Two' },
      ],
      problems: [],
    });
    expect(choose('./a.mjs').own).toEqual([{ name: './a.mjs', exported: 'Notification' }]);
    expect(choose()).toEqual({ shipped: [], own: [], problems: [] });
  });

  it('knows the shipped plugins and their required variables', () => {
    const both = { SLACK_PLUGIN_URL: 'https://s', PROCTOR_WEBHOOK_URL: 'https://w' };
    expect(choose('slack,./a.mjs,webhook', 'S,A,W', both)).toEqual({
      shipped: ['slack', 'webhook'],
      own: [{ name: './a.mjs', exported: 'A' }],
      problems: [],
    });
    expect(choose('slack,webhook').problems.map(({ variable }) => variable)).toEqual([
      'SLACK_PLUGIN_URL',
      'PROCTOR_WEBHOOK_URL',
    ]);
  });

  it.each([
    ['a', 'One,Two', /^as many names as .* \(1\)/, 'a list of 2'],
    [undefined, 'One', /^as many names as .* \(0\)/, 'a list of 1'],
  ])('refuses %s with %s', (binary, exported, expected, found) => {
    expect(choose(binary, exported).problems).toEqual([
      {
        variable: 'PROCTOR_NOTIFICATION_PLUGIN_EXPORTED',
        expected: expect.stringMatching(expected) as unknown,
        found,
      },
    ]);
  });

  it.each([
    ['/plugins/slack-notification.so', /^slack, which ships/],
    ['/plugins/pager.SO', /^a shipped plugin \(slack, webhook\), or the path/],
  ])('refuses %s, which is written in Go', (binary, expected) => {
    const [problem] = choose(binary).problems;
    expect(problem?.expected).toMatch(expected);
    expect(problem?.found).toMatch(/Go plugin of Proctor v2/);
  });
});

describe('loadNotificationPlugin', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'proctor-plugins-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  let count = 0;
  const load = (source: string, env: Record<string, string> = {}) => {
    const name = `./plugin-${++count}.mjs`;
    writeFileSync(join(folder, name), source);
    return loadNotificationPlugin({ name, exported: 'Tell', env, baseFolder: folder, timeoutMs: 1_000 });
  };

  it.each([
    [
      'an object',
      'const heard = []; export const Tell = { heard, onNotify: (event) => { heard.push(event); } };',
    ],
    ['a class', 'export class Tell { constructor({ env }) { if (!env.X) throw 1; } async onNotify() {} }'],
    ['a function', 'export const Tell = async () => ({ onNotify() {} });'],
  ])('takes %s', async (_what, source) => {
    const plugin = await load(source, { X: '1' });
    await expect(plugin.onNotify(EVENT)).resolves.toBeUndefined();
  });

  it('passes a copy', async () => {
    const plugin = await load('export const Tell = { onNotify(event) { event.content.Status = "x"; } };');
    await plugin.onNotify(EVENT);
    expect(EVENT.content.Status).toBe('FINISHED');
  });

  it.each([
    ['throws', 'onNotify() { throw new Error("no\\nway"); }', /onNotify threw Error: no$/],
    ['rejects with nothing', 'onNotify() { return Promise.reject(); }', /onNotify threw undefined$/],
    ['hangs', 'onNotify() { return new Promise(() => {}); }', /onNotify did not return within 1 s$/],
  ])('tells of one that %s', async (_what, method, message) => {
    const plugin = await load(`export const Tell = { ${method} };`);
    await expect(plugin.onNotify(EVENT)).rejects.toThrow(message);
  });

  it.each([
    [
      'is not there',
      () => loadNotificationPlugin({ name: './no.mjs', exported: 'Tell', env: {}, baseFolder: folder }),
      /no plugin at \.\/no\.mjs .*PROCTOR_NOTIFICATION_PLUGIN_BINARY/,
    ],
    [
      'can do something else',
      () => load('export const Tell = { auth() {} };'),
      /no function "onNotify"; found an object with auth\. Export an object with onNotify\(event\)/,
    ],
    [
      'exports other things',
      () => load('export const Told = 1;'),
      /no export "Tell".* it exports Told\. Set PROCTOR_NOTIFICATION_PLUGIN_EXPORTED/,
    ],
    [
      'is not installed',
      () =>
        loadNotificationPlugin({ name: 'nowhere-to-be-found', exported: 'T', env: {}, baseFolder: folder }),
      /neither shipped \(slack, webhook\)/,
    ],
  ])('refuses one that %s', async (_what, work, message) => {
    await expect(work()).rejects.toThrow(message);
  });
});
