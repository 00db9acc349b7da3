import { MAX_TIMER_MS } from '@app/timing';
import { ApiError, badRequest, expired } from '../objects/api-error.js';
import type { AnyObject } from '../objects/kube-object.js';
import { apiVersionOf, RESOURCES } from '../objects/resources.js';
import type { ApiContext } from './api-context.js';
import type { ResourceRequest } from './answer-request.js';
import { objectFilter } from './object-filter.js';
import { formatTableEvent, formatWatchEvent, seenThroughFilter, type WatchEventType } from './watch-event.js';
import { type ApiResponse, cut } from './exchange.js';

/** A client that lets this much pile up beyond what it asked for at first is disconnected and may reconnect, as in a cluster. */
const MAX_BACKLOG_BYTES = 16 * 1024 * 1024;
/** A real API server picks 30 to 60 minutes for clients that set no timeout. */
const DEFAULT_TIMEOUT_SECONDS = 45 * 60;

/** Streams changes until the client disconnects, the timeout elapses or a fault cuts it. Throws `ApiError` before it starts. */
export function serveWatch(context: ApiContext, request: ResourceRequest, response: ApiResponse): void {
  const { route, query, wantsTable } = request;
  const { resource } = route;
  const isWanted = objectFilter(route, query);
  const backlog = readBacklog(context, request, isWanted);
  // What it asked for at first is sent in full, or a client that is far behind would be cut off each time it resumes.
  let maxBacklogBytes = Infinity;
  const write = (text: string) => {
    // The timeout has elapsed, but the client has not read everything yet.
    if (response.writableEnded) return;
    response.write(text);
    if (response.writableLength > maxBacklogBytes) cut(response);
  };
  const send = (type: WatchEventType, object: AnyObject) =>
    write(wantsTable ? formatTableEvent(type, resource, object, Date.now()) : formatWatchEvent(type, object));
  const bookmark = (annotations?: Record<string, string>) => {
    const metadata = {
      resourceVersion: String(context.store.currentVersion),
      creationTimestamp: null,
      annotations,
    };
    const head = { kind: RESOURCES[resource].kind, apiVersion: apiVersionOf(RESOURCES[resource]), metadata };
    write(`${JSON.stringify({ type: 'BOOKMARK', object: head })}\n`);
  };

  response.writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-cache, private' });
  response.flushHeaders();
  for (const { type, object } of backlog) send(type, object);
  maxBacklogBytes = response.writableLength + MAX_BACKLOG_BYTES;
  if (query.get('sendInitialEvents') === 'true') bookmark({ 'k8s.io/initial-events-end': 'true' });

  const unsubscribe = context.store.subscribe((change) => {
    const event = change.resource === resource ? seenThroughFilter(change, isWanted) : null;
    if (event) send(event.type, event.object);
  });
  const untrack = context.faults.track({ resource, cut: () => cut(response) });
  const wantsBookmarks = query.get('allowWatchBookmarks') === 'true';
  const bookmarks = wantsBookmarks ? setInterval(bookmark, context.timing.bookmarkIntervalMs) : undefined;
  const timeoutSeconds = Number(query.get('timeoutSeconds') ?? 0) || DEFAULT_TIMEOUT_SECONDS;
  const timeout = setTimeout(() => response.end(), Math.min(timeoutSeconds * 1000, MAX_TIMER_MS));
  response.once('close', () => {
    unsubscribe();
    untrack();
    clearInterval(bookmarks);
    clearTimeout(timeout);
  });
}

/** The events to send first: all existing objects, or the changes since a version. */
function readBacklog(
  { store }: ApiContext,
  { route, query }: ResourceRequest,
  isWanted: (object: AnyObject) => boolean,
): { type: WatchEventType; object: AnyObject }[] {
  const text = query.get('resourceVersion') ?? '';
  if (text === '' || text === '0' || query.get('sendInitialEvents') === 'true') {
    const objects = store.list(route.resource, route.namespace || undefined, isWanted);
    return objects.map((object) => ({ type: 'ADDED', object }));
  }
  if (!/^\d+$/.test(text)) throw badRequest(`invalid resource version ${JSON.stringify(text)}: not a number`);
  const version = Number(text);
  if (version > store.currentVersion) {
    const message = `Timeout: Too large resource version: ${version}, current: ${store.currentVersion}`;
    const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
    throw new ApiError(504, 'Timeout', message, {
      details: { causes, retryAfterSeconds: 1 },
      headers: { 'Retry-After': '1' },
    });
  }
  const changes = store.changesSince(route.resource, version);
  if (!changes) throw expired(`too old resource version: ${version} (${store.currentVersion})`);
  return changes.flatMap((change) => seenThroughFilter(change, isWanted) ?? []);
}

/** Refuses to resume a watch, as a cluster does: with status 200 and an ERROR event. */
export function refuseWatch(error: ApiError, response: ApiResponse): void {
  response.writeHead(200, { 'Content-Type': 'application/json' });
  response.end(`${JSON.stringify({ type: 'ERROR', object: error.toStatus() })}\n`);
}
