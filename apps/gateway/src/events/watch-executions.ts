import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Access } from '../authentication/access.js';
import type { Caller } from '../authentication/caller.js';
import type { Reauthorizer } from '../authentication/reauthorizer.js';
import { StreamEnded, type OpenStreams } from '../executions/open-streams.js';
import { EventViewer } from './event-viewer.js';
import type { ExecutionFeed } from './execution-feed.js';

const HEARTBEAT_INTERVAL_MS = 15_000;

export interface WatchExecutionsDependencies {
  feed: Pick<ExecutionFeed, 'watch'>;
  access: Access;
  streams: Pick<OpenStreams, 'add'>;
  reauthorizer: Pick<Reauthorizer, 'identify'>;
  /** How long a reader may stop reading before it is disconnected. */
  patienceMs: number;
}

/** Streams the changes of executions to those who may see them, as server-sent events. */
export class WatchExecutions {
  private readonly viewers = new Set<EventViewer>();
  private heartbeat: NodeJS.Timeout | null = null;

  constructor(private readonly dependencies: WatchExecutionsDependencies) {}

  /** Until the viewer disconnects, or the credentials end. A viewer who loses a group no longer gets what it was for. */
  serve(request: FastifyRequest, reply: FastifyReply, caller: Caller): void {
    const { feed, access, streams, reauthorizer, patienceMs } = this.dependencies;
    // Proxies must not gather what is small.
    const { raw } = reply.header('x-accel-buffering', 'no').hijack();
    raw.writeHead(200, reply.getHeaders() as OutgoingHttpHeaders);
    if (request.method === 'HEAD') return void raw.end();
    const onTooSlow = () => stream.end(new StreamEnded(1013, 'reading too slowly; reconnect'));
    const viewer = new EventViewer(raw, caller, access, { patienceMs, onTooSlow });
    const authorize = async () => viewer.renew(await reauthorizer.identify(request));
    const stream = streams.add({ authorize, acceptedUntil: caller.acceptedUntil });
    const unwatch = feed.watch((update) => viewer.offer(update));
    this.add(viewer);
    const end = () => {
      unwatch();
      this.remove(viewer);
      raw.destroy();
    };
    if (stream.signal.aborted) return end();
    stream.signal.addEventListener('abort', end, { once: true });
    raw.on('close', () => stream.end());
    if (raw.destroyed) stream.end();
  }

  private add(viewer: EventViewer): void {
    this.viewers.add(viewer);
    // One timer for all viewers.
    this.heartbeat ??= setInterval(() => this.viewers.forEach((each) => each.beat()), HEARTBEAT_INTERVAL_MS);
  }

  private remove(viewer: EventViewer): void {
    this.viewers.delete(viewer);
    if (this.viewers.size > 0 || !this.heartbeat) return;
    clearInterval(this.heartbeat);
    this.heartbeat = null;
  }
}
