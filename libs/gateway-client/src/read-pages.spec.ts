import { describe, expect, it } from '@jest/globals';
import { GatewayClient } from './gateway-client.js';
import { cursorAfter, readPages } from './read-pages.js';
import { streamed } from './transport.js';

function gatewayOf(pages: unknown[]) {
  const asked: string[] = [];
  const client = new GatewayClient({
    baseUrl: 'http://gateway',
    timeoutMs: 1000,
    transport: async (url) => {
      asked.push(new URL(url).search);
      const headers = { 'content-type': 'application/json' };
      return streamed(new Response(JSON.stringify(pages.shift()), { headers }));
    },
  });
  return { client, asked };
}

describe('readPages', () => {
  it('reads until there is no next page, with the same query', async () => {
    const { client, asked } = gatewayOf([
      { events: [], next: '9' },
      { events: [], next: '5' },
      { events: [] },
    ]);
    let count = 0;
    for await (const { events } of readPages(client, 'listAudit', { query: { actor: 'a', limit: 2 } }))
      count += events.length + 1;
    expect(count).toBe(3);
    expect(asked).toEqual(['?actor=a&limit=2', '?actor=a&limit=2&cursor=9', '?actor=a&limit=2&cursor=5']);
  });

  it('asks for no page that the reader does not want', async () => {
    const { client, asked } = gatewayOf([{ groups: [], next: 'a' }]);
    const pages = readPages(client, 'listGroups', {});
    await pages.next();
    await pages.return();
    expect(asked).toEqual(['']);
  });

  it('ends when the cursor stays the same', async () => {
    const { client, asked } = gatewayOf([
      { groups: [], next: 'a' },
      { groups: [], next: 'a' },
    ]);
    const cursors: unknown[] = [];
    for await (const { next } of readPages(client, 'listGroups', {})) cursors.push(next);
    expect(cursors).toEqual(['a', 'a']);
    expect(asked).toEqual(['', '?cursor=a']);
  });
});

describe('cursorAfter', () => {
  it.each([
    [{ next: '7' }, '7'],
    [{}, undefined],
    [[{ id: 3 }, { id: 4 }], '4'],
    [[], undefined],
  ])('%j: %s', (page, cursor) => {
    expect(cursorAfter(page)).toBe(cursor);
  });
});
