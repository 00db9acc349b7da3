import type { Socket } from 'node:net';

const ANSWERS: Readonly<Record<string, { status: string; line: string }>> = {
  HPE_HEADER_OVERFLOW: { status: '431 Request Header Fields Too Large', line: 'The headers are too large.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408 Request Timeout', line: 'The request took too long to arrive.' },
};

const OTHER = { status: '400 Bad Request', line: 'malformed request' };

/** Answers a request that Node could not parse as HTTP, if the client is still connected. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, line } = ANSWERS[error.code ?? ''] ?? OTHER;
  const headers = [
    'content-type: text/plain; charset=utf-8',
    `content-length: ${Buffer.byteLength(line)}`,
    'connection: close',
  ];
  socket.end(`HTTP/1.1 ${status}\r\n${headers.join('\r\n')}\r\n\r\n${line}`);
}
