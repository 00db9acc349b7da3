import { pauseQuietly } from '@app/timing';
import { ApiError, badRequest } from '../objects/api-error.js';
import { allContainers, type Container, type Pod } from '../objects/kube-object.js';
import type { LogSource } from '../kubelet/pod-logs.js';
import { type LogReadOptions, readLog } from '../kubelet/read-log.js';
import type { ApiContext } from './api-context.js';
import { isTrue, parseLogOptions } from './log-options.js';
import { type ApiResponse, cut, isGone } from './exchange.js';

/** Streams a container's log as fast as the client reads it. Throws `ApiError` before the first byte. */
export async function serveLog(
  context: ApiContext,
  pod: Pod,
  query: URLSearchParams,
  response: ApiResponse,
): Promise<void> {
  const options = parseLogOptions(query, Date.now());
  const source = findSource(context, pod, query);
  const stopping = new AbortController();
  const untrack = context.faults.track({ resource: 'log', cut: () => cut(response) });
  response.once('close', () => {
    untrack();
    stopping.abort();
  });
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  response.flushHeaders();
  await send(context, source, options, response, stopping.signal);
  if (!isGone(response)) response.end();
}

async function send(
  { faults }: ApiContext,
  source: LogSource,
  options: LogReadOptions,
  response: ApiResponse,
  signal: AbortSignal,
): Promise<void> {
  const { cutAfterBytes, bytesPerSecond } = faults.takeLogPace();
  let leftBytes = cutAfterBytes ?? Infinity;
  for await (const bytes of readLog(source, options, signal)) {
    if (signal.aborted) return;
    if (bytes.length >= leftBytes) {
      // Everything before the cut must arrive.
      await new Promise<void>((resolve) => response.write(bytes.subarray(0, leftBytes), () => resolve()));
      cut(response);
      return;
    }
    leftBytes -= bytes.length;
    if (bytesPerSecond === null) await writeWhenRead(response, bytes);
    else await writeSlowly(response, bytes, bytesPerSecond, signal);
  }
}

async function writeWhenRead(response: ApiResponse, bytes: Buffer): Promise<void> {
  if (response.write(bytes) || isGone(response)) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

async function writeSlowly(
  response: ApiResponse,
  bytes: Buffer,
  bytesPerSecond: number,
  signal: AbortSignal,
): Promise<void> {
  const stepBytes = Math.max(1, Math.ceil(bytesPerSecond / 10));
  for (let at = 0; at < bytes.length && !signal.aborted; at += stepBytes) {
    await writeWhenRead(response, bytes.subarray(at, at + stepBytes));
    await pauseQuietly((stepBytes / bytesPerSecond) * 1000, signal);
  }
}

/** Finds the requested log. Refusals use the API server's and the kubelet's own words. */
function findSource({ logs }: ApiContext, pod: Pod, query: URLSearchParams): LogSource {
  const { name } = pod.metadata;
  const container = requestedContainer(pod, query.get('container'));
  if (!pod.spec.nodeName) throw badRequest(`pod ${name} does not have a host assigned`);
  const statuses = [...(pod.status.initContainerStatuses ?? []), ...(pod.status.containerStatuses ?? [])];
  const status = statuses.find((one) => one.name === container);
  const restart = status?.restartCount ?? 0;
  const waiting = status?.state.waiting;
  // While the container waits for a restart, its last run is the previous one.
  const current = waiting && restart > 0 ? restart - 1 : restart;
  const wanted = isTrue(query.get('previous')) ? restart - 1 : current;
  if (wanted < 0) throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  if (waiting && restart === 0)
    throw badRequest(
      `container "${container}" in pod "${name}" is waiting to start: ${waitingText(waiting.reason)}`,
    );
  const source = logs.source(pod, container, wanted);
  if (source) return source;
  const message = `Get "https://127.0.0.1:10250/containerLogs/${pod.metadata.namespace}/${name}/${container}": dial tcp 127.0.0.1:10250: connect: no route to host`;
  throw new ApiError(500, 'InternalError', message);
}

function requestedContainer({ metadata, spec }: Pod, requested: string | null): string {
  const { initContainers = [], containers } = spec;
  if (requested) {
    if (allContainers(spec).some(({ name }) => name === requested)) return requested;
    throw badRequest(`container ${requested} is not valid for pod ${metadata.name}`);
  }
  const [only, ...others] = containers;
  if (only && others.length === 0 && initContainers.length === 0) return only.name;
  const namesOf = (list: readonly Container[]) => `[${list.map(({ name }) => name).join(' ')}]`;
  const orInit =
    initContainers.length > 0 ? ` or one of the init containers: ${namesOf(initContainers)}` : '';
  throw badRequest(
    `a container name must be specified for pod ${metadata.name}, choose one of: ${namesOf(containers)}${orInit}`,
  );
}

function waitingText(reason: string): string {
  return reason === 'ErrImagePull' || reason === 'ImagePullBackOff'
    ? 'trying and failing to pull image'
    : reason;
}
