import { connect } from 'node:net';

/** An answer as received from the socket. */
export interface WireAnswer {
  status: number;
  /** By name in lower case. */
  headers: Record<string, string>;
  type: string;
  body: string;
  /** The frames after a 101. */
  frames: WebSocketFrame[];
}

export interface WebSocketFrame {
  opcode: number;
  data: Buffer;
}

interface GoRequest {
  method: string;
  path: string;
  host: string;
  headers: readonly [string, string][];
  /** Undefined: no body and no Content-Length. */
  body?: string | undefined;
}

/**
 * A request as Go's net/http writes it: Host, User-Agent, Content-Length, then the caller's headers in the order of
 * their names, then the Accept-Encoding that the transport adds. No Accept.
 */
export function goRequest({ method, path, host, headers, body }: GoRequest): string {
  const own = [...headers, ...(body === undefined ? [] : [['Content-Type', 'application/json'] as const])];
  return [
    `${method} ${path} HTTP/1.1`,
    `Host: ${host}`,
    'User-Agent: Go-http-client/1.1',
    ...(body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    ...inOrder(own),
    'Accept-Encoding: gzip',
    '',
    body ?? '',
  ].join('\r\n');
}

/** The handshake as gorilla/websocket writes it: without Accept-Encoding, because it does not use Go's transport. */
export function gorillaHandshake(request: Omit<GoRequest, 'method' | 'body'> & { key: string }): string {
  const headers: [string, string][] = [
    ...request.headers,
    ['Connection', 'Upgrade'],
    ['Sec-WebSocket-Key', request.key],
    ['Sec-WebSocket-Version', '13'],
    ['Upgrade', 'websocket'],
  ];
  return [
    `GET ${request.path} HTTP/1.1`,
    `Host: ${request.host}`,
    'User-Agent: Go-http-client/1.1',
    ...inOrder(headers),
    '',
    '',
  ].join('\r\n');
}

function inOrder(headers: readonly (readonly [string, string])[]): string[] {
  return [...headers].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => `${name}: ${value}`);
}

/** JSON as Go's encoding/json writes it: maps sorted by key, and `<`, `>`, `&`, U+2028 and U+2029 escaped. Structs have to be written as text. */
export function goJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goJson).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, item]) => `${goJson(key)}:${goJson(item)}`).join(',')}}`;
  }
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Sends the bytes over a new connection and reads one answer. @throws if the server closes without one */
export function talk(url: string, request: string): Promise<WireAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.write(request));
    let received = Buffer.alloc(0);
    const finish = () => {
      socket.destroy();
      const answer = parseAnswer(received);
      if (answer) resolve(answer);
      else reject(new Error(`closed without an answer: ${JSON.stringify(received.toString('latin1'))}`));
    };
    socket.setTimeout(10_000, finish);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (isWhole(received)) finish();
    });
    socket.on('close', finish).on('error', reject);
  });
}

function isWhole(received: Buffer): boolean {
  const answer = parseAnswer(received);
  if (!answer) return false;
  if (answer.status === 101) return answer.frames.at(-1)?.opcode === 8;
  if (answer.status === 204 || answer.headers['content-length'] === '0') return true;
  const length = answer.headers['content-length'];
  return length !== undefined && Buffer.byteLength(answer.body) >= Number(length);
}

function parseAnswer(received: Buffer): WireAnswer | null {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [statusLine = '', ...lines] = received.subarray(0, end).toString('latin1').split('\r\n');
  const headers = Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
  const rest = received.subarray(end + 4);
  return {
    status,
    headers,
    type: headers['content-type'] ?? '',
    body: status === 101 ? '' : rest.toString('utf8'),
    frames: status === 101 ? parseFrames(rest) : [],
  };
}

/** Parses frames of a server, which are not masked. */
function parseFrames(bytes: Buffer): WebSocketFrame[] {
  const frames: WebSocketFrame[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const opcode = (bytes[at] ?? 0) & 0x0f;
    let length = (bytes[at + 1] ?? 0) & 0x7f;
    let start = at + 2;
    if (length === 126) {
      length = bytes.readUInt16BE(start);
      start += 2;
    } else if (length === 127) {
      length = Number(bytes.readBigUInt64BE(start));
      start += 8;
    }
    if (start + length > bytes.length) break;
    frames.push({ opcode, data: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return frames;
}
