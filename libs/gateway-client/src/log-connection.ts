import { WakeUp } from '@app/timing';
import type { Headers } from './identity.js';
import type { Answer } from './read-failure.js';

export interface LogSource {
  /** ws: or wss: */
  url: string;
  /** Of the handshake. A browser sends its own. */
  headers: Headers;
  /** For the connection to open. */
  timeoutMs: number;
  /** Closes the connection. */
  signal?: AbortSignal;
}

export type LogEvent =
  /** One message: one or more whole lines. */
  | { kind: 'message'; text: string }
  /** The gateway closed the stream after the last line. */
  | { kind: 'complete' }
  /** The connection failed, or closed before the last line. */
  | { kind: 'lost'; error: unknown }
  /** An HTTP response instead of an upgrade. */
  | ({ kind: 'refused' } & Answer);

/**
 * Opens one connection to a log stream. Always ends with one event other than `message`, except when the reader stops
 * earlier: then the connection is closed.
 */
export type ConnectLog = (source: LogSource) => AsyncGenerator<LogEvent, void>;

/** The close code of a complete log. */
export const NORMAL_CLOSURE = 1000;

/** The events of one connection, from its callbacks to one reader. */
export class LogEventQueue {
  private readonly events: LogEvent[] = [];
  private readonly wakeUp = new WakeUp();

  get length(): number {
    return this.events.length;
  }

  push(event: LogEvent): void {
    this.events.push(event);
    this.wakeUp.ring();
  }

  /** Ends after the first event other than `message`. @param onEmpty called whenever the reader has caught up */
  async *read(onEmpty: () => void = () => {}): AsyncGenerator<LogEvent, void> {
    for (;;) {
      const event = this.events.shift();
      if (event === undefined) {
        onEmpty();
        await this.wakeUp.wait();
        continue;
      }
      yield event;
      if (event.kind !== 'message') return;
    }
  }
}
