import { randomBytes } from 'node:crypto';
import { dirname, posix } from 'node:path';
import type { RunRecord } from '../run-history.js';
import { containerCommand } from './container-command.js';
import type { ContainerLog } from './container-log.js';
import { type ContainerExit, ContainerProcess, StartError } from './container-process.js';
import type { KubeletContext } from './kubelet-context.js';
import type { ContainerRecord } from './container-record.js';
import { createContainerFolder, type MountedVolume } from './pod-folder.js';
import type { FoundImage } from './pull-image.js';
import { volumeFiles } from './volume-files.js';

export interface ContainerRun {
  containerID: string;
  /** Null if it could not be started. */
  startedAtMs: number | null;
  endedAtMs: number;
  exitCode: number;
  /** The runtime's message if it could not be started. */
  startError: string | null;
}

/** The exit code that container runtimes report if no process could be started. */
const START_ERROR_CODE = 128;
/** As in common base images, plus our own Node.js, which an image would contain. */
const PATH = `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${dirname(process.execPath)}`;

export interface RunContainerOptions {
  image: FoundImage;
  env: ReadonlyMap<string, string>;
  signal: AbortSignal;
  /** Called once the process runs, with a function that stops it. */
  onStarted: (containerID: string, startedAtMs: number, stop: (graceMs: number) => void) => void;
}

/**
 * Runs a container once, to its end.
 * @returns null if the signal aborted before there was a process
 */
export async function runContainer(
  context: KubeletContext,
  record: ContainerRecord,
  { image, env, signal, onStarted }: RunContainerOptions,
): Promise<ContainerRun | null> {
  const { pod, container } = record;
  const { restartCount } = record.facts;
  const containerID = `sandbox://${randomBytes(32).toString('hex')}`;
  const log = context.logs.open(pod, container.name, restartCount);
  try {
    const place = {
      podUid: pod.metadata.uid,
      container: container.name,
      procFolder: image.folder,
      volumes: mountedVolumes(context, record, image.config.workingDirectory),
    };
    const folder = await createContainerFolder(context.workArea, place).catch((error: Error) => {
      throw new StartError(`failed to prepare the container's files: ${error.message}`);
    });
    // Copying the files takes time. A pod that is gone by now must not start.
    if (signal.aborted) return null;
    const startedAtMs = Date.now();
    const process = await startProcess(context, record, { image, env, log, folder });
    const run = runRecord(record, process, startedAtMs);
    context.history.write(run);
    onStarted(containerID, startedAtMs, (graceMs) => process.stop(graceMs));
    const exit = await process.exit;
    const endedAtMs = Date.now();
    context.history.write(endedRun(run, exit, endedAtMs));
    return { containerID, startedAtMs, endedAtMs, exitCode: exit.exitCode, startError: null };
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    return {
      containerID,
      startedAtMs: null,
      endedAtMs: Date.now(),
      exitCode: START_ERROR_CODE,
      startError: error.message,
    };
  } finally {
    context.logs.end(log);
  }
}

/** What is mounted where in the folder that stands in for the working directory. @throws StartError if it is elsewhere */
function mountedVolumes(
  { store }: KubeletContext,
  { pod, container: { volumeMounts = [] } }: ContainerRecord,
  workingDirectory: string,
): MountedVolume[] {
  const root = workingDirectory.replace(/\/*$/, '/');
  return volumeMounts.map(({ name, mountPath, subPath }) => {
    const path = posix.normalize(mountPath);
    if (root === '/' || !path.startsWith(root)) {
      throw new StartError(
        `kube-sandbox mounts a volume only below the image's WORKDIR (${workingDirectory}), not at ${mountPath}`,
      );
    }
    const volume = pod.spec.volumes?.find((one) => one.name === name) ?? { name };
    const outcome = volumeFiles(store, pod, volume);
    if (outcome.kind === 'missing') throw new StartError(outcome.message);
    const place = path.slice(root.length);
    if (subPath === undefined) return { path: place, files: outcome.files };
    const file = outcome.files.get(subPath);
    if (!file) throw new StartError(`kube-sandbox mounts only files as a subPath, and ${subPath} is none`);
    return { path: posix.dirname(place), files: new Map([[posix.basename(place), file]]) };
  });
}

function startProcess(
  { workArea, starter }: KubeletContext,
  { pod, container }: ContainerRecord,
  {
    image,
    env,
    log,
    folder,
  }: Pick<RunContainerOptions, 'image' | 'env'> & { log: ContainerLog; folder: string },
): Promise<ContainerProcess> {
  const { config } = image;
  const own = { PATH, HOME: folder, HOSTNAME: pod.metadata.name };
  return ContainerProcess.start(starter, {
    command: containerCommand(container, config, env, folder),
    env: { ...own, ...config.env, ...Object.fromEntries(env) },
    folder,
    userId: workArea.userId,
    log,
  });
}

function runRecord(
  { pod, container, facts }: ContainerRecord,
  { pid, processStart }: ContainerProcess,
  startedAtMs: number,
): RunRecord {
  const owner = pod.metadata.ownerReferences?.find((one) => one.kind === 'Job');
  return {
    namespace: pod.metadata.namespace ?? '',
    jobName: owner?.name ?? '',
    jobUid: owner?.uid ?? '',
    podName: pod.metadata.name,
    podUid: pod.metadata.uid,
    container: container.name,
    labels: pod.metadata.labels ?? {},
    restart: facts.restartCount,
    pid,
    startedAt: new Date(startedAtMs).toISOString(),
    endedAt: null,
    exitCode: null,
    killed: false,
    processStart,
  };
}

function endedRun(run: RunRecord, { exitCode, killed }: ContainerExit, endedAtMs: number): RunRecord {
  return { ...run, endedAt: new Date(endedAtMs).toISOString(), exitCode, killed };
}
