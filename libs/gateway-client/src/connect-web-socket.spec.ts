import { describe, expect, it } from '@jest/globals';
import { connectWebSocket } from './connect-web-socket.js';
import type { LogEvent } from './log-connection.js';

/** As a browser's: what happens to it is said by the test. */
class FakeSocket {
  static latest: FakeSocket;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  isClosed = false;

  constructor(readonly url: string) {
    FakeSocket.latest = this;
  }

  close(): void {
    this.isClosed = true;
    this.onclose?.({ code: 1005, reason: '' });
  }
}

async function eventsOf(act: (socket: FakeSocket) => void, timeoutMs = 1000, signal?: AbortSignal) {
  const connect = connectWebSocket(FakeSocket as unknown as typeof WebSocket);
  const events: LogEvent[] = [];
  const reading = (async () => {
    for await (const event of connect({ url: 'ws://gateway', headers: {}, timeoutMs, signal }))
      events.push(event);
  })();
  act(FakeSocket.latest);
  await reading;
  expect(FakeSocket.latest.isClosed).toBe(true);
  return events;
}

describe('connectWebSocket', () => {
  it('gives the messages, then the end', async () => {
    const events = await eventsOf((socket) => {
      socket.onopen?.();
      socket.onmessage?.({ data: 'a\nb' });
      socket.onclose?.({ code: 1000, reason: 'end of log' });
    });
    expect(events).toEqual([{ kind: 'message', text: 'a\nb' }, { kind: 'complete' }]);
  });

  it('reports any other end as lost', async () => {
    const events = await eventsOf((socket) => socket.onclose?.({ code: 1006, reason: '' }));
    expect(events).toMatchObject([{ kind: 'lost', error: { message: 'closed with 1006' } }]);
  });

  it('ends when the connection does not open in time, or the caller aborts', async () => {
    expect(await eventsOf(() => {}, 1)).toMatchObject([{ kind: 'lost', error: { name: 'TimeoutError' } }]);
    const aborted = await eventsOf(() => {}, 1000, AbortSignal.abort('closed'));
    expect(aborted).toEqual([{ kind: 'lost', error: 'closed' }]);
  });
});
