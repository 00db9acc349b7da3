import WebSocket from 'ws';
import type { Gateways, Identity } from './gateways.js';
import { identityHeaders } from './gateways.js';

const MAX_ATTEMPTS = 4;

/**
 * Follows a log live from its first line to its end. Starts over when the stream is cut.
 * @returns its lines; null: no stream reached the end of the log
 */
export async function viewLog(
  gateways: Gateways,
  identity: Identity,
  id: number,
  over: 'websocket' | 'text',
  stop: AbortSignal,
): Promise<string[] | null> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS && !stop.aborted; attempt += 1) {
    const url = gateways.choose();
    const lines = await (over === 'websocket' ? viewSocket : viewText)(url, identity, id, stop);
    if (lines) return lines;
    gateways.suspect(url);
  }
  return null;
}

async function viewText(
  url: string,
  identity: Identity,
  id: number,
  stop: AbortSignal,
): Promise<string[] | null> {
  try {
    const response = await fetch(`${url}/execution/logs?context_id=${id}&reasons=false`, {
      headers: identityHeaders(identity),
      signal: stop,
    });
    const text = await response.text();
    if (response.status !== 200) return null;
    const lines = text.split('\n');
    if (lines.at(-1) === '') lines.pop();
    return lines;
  } catch {
    return null;
  }
}

function viewSocket(
  url: string,
  identity: Identity,
  id: number,
  stop: AbortSignal,
): Promise<string[] | null> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/execution/logs?context_id=${id}&reasons=false`, {
    headers: identityHeaders(identity),
    handshakeTimeout: 10_000,
  });
  const lines: string[] = [];
  const abort = () => socket.terminate();
  stop.addEventListener('abort', abort, { once: true });
  return new Promise<string[] | null>((resolve) => {
    socket.on('message', (data: Buffer) => lines.push(...data.toString('utf8').split('\n')));
    socket.on('close', (code, reason) => {
      resolve(code === 1000 && reason.toString().startsWith('execution ended: ') ? lines : null);
    });
    socket.on('error', () => resolve(null));
  }).finally(() => stop.removeEventListener('abort', abort));
}
