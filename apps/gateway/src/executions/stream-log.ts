import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError, type ExecutionStatus } from '@app/domain';
import type { Logger } from '@app/platform';
import type { Upgrade } from '../http/route-upgrades.js';
import { LogWebSocket, type LogWebSocketSettings } from './log-websocket.js';
import { StreamEnded, type OpenStream, type OpenStreams, type Viewer } from './open-streams.js';
import { WHOLE_LOG, type LogRange, type TailLog, type TailOptions } from './tail-log.js';
import { writePatiently } from '../http/write-patiently.js';

export type StreamOptions = TailOptions & { range?: LogRange };

/** Streams logs to viewers, from the first line to the end. */
export class StreamLog {
  constructor(
    private readonly log: TailLog,
    private readonly streams: OpenStreams,
    private readonly settings: LogWebSocketSettings,
    private readonly logger: Logger,
  ) {}

  /** Accepts the WebSocket only to close it: v2's clients show the close reason. */
  async refuse(request: IncomingMessage, upgrade: Upgrade, reason: string): Promise<void> {
    (await LogWebSocket.accept(request, upgrade, this.settings)).close(1000, reason);
  }

  async overWebSocket(
    executionId: number,
    request: IncomingMessage,
    upgrade: Upgrade,
    viewer: Viewer,
    { range = WHOLE_LOG, ...options }: StreamOptions,
  ): Promise<void> {
    const socket = await LogWebSocket.accept(request, upgrade, this.settings);
    const stream = this.streams.add(viewer);
    whenAborted(socket.gone, () => stream.end());
    // Closes at once, even while `send` waits for a slow reader.
    whenAborted(stream.signal, (reason) => {
      if (reason instanceof StreamEnded) socket.close(reason.code, reason.message);
    });
    await this.follow(executionId, stream, async () => {
      for await (const event of this.log.tail(executionId, stream.signal, range, options)) {
        if (event.kind === 'end') socket.close(1000, describeEnd(event.status));
        else if (!(await socket.send(event.chunk))) return stream.end(tooSlow());
      }
    }).catch((error: unknown) => {
      this.logger.error({ err: error, executionId }, 'log stream failed');
      socket.close(1011, 'internal error; reconnect');
    });
  }

  /** Sends plain text. If it cannot send the whole log, it breaks the connection, so that the client notices. */
  async asText(
    executionId: number,
    response: ServerResponse,
    viewer: Viewer,
    { range = WHOLE_LOG, ...options }: StreamOptions,
  ): Promise<void> {
    const stream = this.streams.add(viewer);
    response.on('close', () => stream.end());
    if (response.destroyed) stream.end();
    whenAborted(stream.signal, () => {
      if (!response.writableEnded) response.destroy();
    });
    response.flushHeaders();
    await this.follow(executionId, stream, async () => {
      for await (const event of this.log.tail(executionId, stream.signal, range, options)) {
        if (event.kind === 'end') {
          response.end();
          continue;
        }
        const text = event.chunk.endsLine ? `${event.chunk.text}\n` : event.chunk.text;
        if (!(await writePatiently(response, text, this.settings.patienceMs))) return stream.end(tooSlow());
      }
    }).catch((error: unknown) => {
      this.logger.error({ err: error, executionId }, 'log stream failed');
      response.destroy();
    });
  }

  private async follow(executionId: number, stream: OpenStream, send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } catch (error) {
      // The viewer has disconnected, or the stream was already closed with a reason.
      if (!stream.signal.aborted) throw error;
    } finally {
      if (stream.signal.aborted) {
        this.logger.debug({ executionId, reason: describe(stream.signal.reason) }, 'log stream ended early');
      }
      stream.end();
    }
  }
}

function whenAborted(signal: AbortSignal, act: (reason: unknown) => void): void {
  if (signal.aborted) act(signal.reason);
  else signal.addEventListener('abort', () => act(signal.reason), { once: true });
}

function describe(reason: unknown): string {
  return reason instanceof StreamEnded ? reason.message : 'the viewer disconnected';
}

function describeEnd(status: ExecutionStatus | null): string {
  return status === null ? 'the execution no longer exists' : `execution ended: ${status}`;
}

function tooSlow(): StreamEnded {
  return new StreamEnded(1013, 'reading too slowly; reconnect');
}

/** The close reason for a refused log. Undefined: the refusal is an HTTP answer. */
export function closeReasonOf(error: unknown): string | undefined {
  const isAboutId =
    error instanceof AppError && (error.code === 'not_found' || error.code === 'malformed_request');
  return isAboutId ? error.message : undefined;
}
