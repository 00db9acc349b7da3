import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ListPages } from './api/list-pages.js';
import type { Certificate } from './api/issue-certificate.js';
import { RequestCounts, type RequestStatistics } from './api/request-counts.js';
import { createSelfSignedCertificate } from './api/self-signed-certificate.js';
import { type HttpVersion, startServer } from './api/start-server.js';
import { FaultSwitchboard } from './fault-switchboard.js';
import type { Faults } from './faults.js';
import { JobController } from './jobs/job-controller.js';
import { QueueController } from './jobs/queue-controller.js';
import type { ContainerRuntime } from './kubelet/container-runtime.js';
import { faultyNode } from './kubelet/faulty-node.js';
import { Kubelet } from './kubelet/kubelet.js';
import type { KubeletContext } from './kubelet/kubelet-context.js';
import { openWorkArea } from './kubelet/pod-folder.js';
import { DEFAULT_NULL_CONTAINER, type NullContainer } from './kubelet/null-container.js';
import { NullRuntime } from './kubelet/null-runtime.js';
import { PodLogs } from './kubelet/pod-logs.js';
import { ProcessRuntime } from './kubelet/process-runtime.js';
import { formatKubeconfig } from './kubeconfig.js';
import { createObject } from './objects/create-object.js';
import { EventRecorder } from './objects/event-recorder.js';
import { GarbageCollector } from './objects/garbage-collector.js';
import { Journal } from './objects/journal.js';
import { startNamespaceController } from './objects/namespace-controller.js';
import { ObjectStore } from './objects/object-store.js';
import { RunHistory, type RunRecord } from './run-history.js';
import { DEFAULT_LIMITS, DEFAULT_TIMING, type SandboxLimits, type SandboxTiming } from './timing.js';

export interface SandboxOptions {
  /** 0 or omitted: any free port. */
  port?: number;
  /** Holds objects, logs, key, token, kubeconfig and history. A later start continues from them. One sandbox at a time. */
  dataDir: string;
  /** Each folder in it is an image: `proctor/say-hello-world:1` is `<procsDir>/say-hello-world`. */
  procsDir: string;
  /** Omitted: the token stored in the data folder, else 32 random bytes. */
  token?: string;
  /** Ports of TCP proxies on this machine that lead here. The `Host` header may name them too. */
  proxyPorts?: readonly number[];
  /** Created at start, in addition to `default`. */
  namespaces?: readonly string[];
  /**
   * Given: containers run nothing. Each pretends to run for a time, with a log, as this or its environment says. For
   * benchmarks: the cost of processes is not in their figures. See `NullContainer`.
   */
  nullContainers?: Partial<NullContainer>;
  /** Default: HTTP/2 for clients that can, HTTP/1.1 for others. */
  versions?: readonly HttpVersion[];
  /** How many requests a client may have open on a connection of HTTP/2. Default: 250, as in Go's servers. */
  maxConcurrentStreams?: number;
  log?: (line: string) => void;
  timing?: Partial<SandboxTiming>;
  limits?: Partial<SandboxLimits>;
}

export interface KubeSandbox {
  /** `https://127.0.0.1:<port>`; its certificate is in the kubeconfig. */
  url: string;
  token: string;
  /** Mode 0600. Its current context uses the first of `namespaces`. */
  kubeconfigPath: string;
  faults: Faults;
  /** Kills all containers and their process groups, marks their pods, and stops listening. May be repeated. */
  close(): Promise<void>;
  /** All runs, in start order, across all starts of the sandbox. Includes runs of deleted objects. */
  history(): readonly RunRecord[];
  /** What clients have asked for since it started. */
  requests(): RequestStatistics;
}

/**
 * Starts a Kubernetes API server for Jobs, Pods and Secrets on loopback. It runs containers as child processes, isolates
 * nothing, and is for development only. Rejects if the port is taken or the data folder is unusable.
 */
export async function startKubeSandbox(options: SandboxOptions): Promise<KubeSandbox> {
  const { dataDir, proxyPorts = [], namespaces = [], log = () => undefined } = options;
  const timing = { ...DEFAULT_TIMING, ...options.timing };
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  // Other users may pass through to the work folders inside, but see nothing else.
  mkdirSync(dataDir, { recursive: true, mode: 0o711 });
  const certificate = readOrCreate(join(dataDir, 'certificate.json'), () =>
    JSON.stringify(createSelfSignedCertificate(Date.now())),
  );
  const storedToken = readOrCreate(
    join(dataDir, 'token'),
    () => options.token ?? randomBytes(32).toString('base64url'),
  );
  const token = options.token ?? storedToken;

  const store = new ObjectStore(new Journal(join(dataDir, 'objects.jsonl')), limits.rememberedChanges);
  for (const name of ['default', ...namespaces]) {
    if (!store.get('namespaces', '', name)) createObject(store, 'namespaces', '', { metadata: { name } });
  }
  const events = new EventRecorder(store, limits.events);
  const logs = new PodLogs(join(dataDir, 'logs'), limits, timing.stderrStampLagMs, log);
  const history = new RunHistory(join(dataDir, 'history.jsonl'));
  const faults = new FaultSwitchboard();
  faults.mutation.store = store;
  const runtime = openRuntime(options, { store, logs, history }, log);

  const closeNamespaces = startNamespaceController(store);
  const garbageCollector = new GarbageCollector(store, timing.absentOwnerDelayMs);
  const kubelet = new Kubelet({ store, events, logs, history, runtime, gate: faults, timing }, log);
  const jobs = new JobController(store, events, timing, faults.admission, faults.mutation);
  faults.node = faultyNode(kubelet, store);
  const queues = new QueueController(store, events);
  faults.queues = queues;

  const stop = async () => {
    queues.close();
    jobs.close();
    garbageCollector.close();
    closeNamespaces();
    await kubelet.close();
    runtime.close();
    store.close();
    history.close();
  };
  const counts = new RequestCounts();
  const pages = new ListPages();
  const context = { store, logs, history, counts, faults, pages, timing, token, proxyPorts, log };
  const parsed = JSON.parse(certificate) as Certificate;
  const { port = 0, versions = ['h2', 'http/1.1'], maxConcurrentStreams = 250 } = options;
  const listening = startServer(context, parsed, { port, versions, maxConcurrentStreams });
  const server = await listening.catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  faults.server = server;
  const url = `https://127.0.0.1:${server.port}`;
  const kubeconfigPath = join(dataDir, 'kubeconfig');
  writePrivate(
    kubeconfigPath,
    formatKubeconfig({
      url,
      token,
      certificatePem: parsed.certificatePem,
      namespace: namespaces[0] ?? 'default',
    }),
  );

  let closing: Promise<void> | null = null;
  const close = async () => {
    await server.close();
    await stop();
  };
  return {
    url,
    token,
    kubeconfigPath,
    faults,
    close: () => (closing ??= close()),
    history: () => history.all(),
    requests: () => counts.read(),
  };
}

function openRuntime(
  { dataDir, procsDir, nullContainers }: SandboxOptions,
  context: Pick<KubeletContext, 'store' | 'logs' | 'history'>,
  log: (line: string) => void,
): ContainerRuntime {
  if (nullContainers) return new NullRuntime(context, { ...DEFAULT_NULL_CONTAINER, ...nullContainers });
  const workArea = openWorkArea(dataDir);
  if (workArea.warning) log(workArea.warning);
  return new ProcessRuntime({ ...context, workArea, procsDir });
}

function readOrCreate(path: string, create: () => string): string {
  if (!existsSync(path)) writePrivate(path, create());
  return readFileSync(path, 'utf8');
}

function writePrivate(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
  chmodSync(path, 0o600);
}
