import { rmSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import type { Pod } from '../objects/kube-object.js';
import type { ObjectStore } from '../objects/object-store.js';
import { containerCommand } from './container-command.js';
import type { ContainerLog } from './container-log.js';
import { ContainerProcess, StartError } from './container-process.js';
import type { ContainerRecord } from './container-record.js';
import {
  type ContainerRun,
  type ContainerRuntime,
  failedStart,
  newContainerID,
  type RunContainerOptions,
} from './container-runtime.js';
import type { KubeletContext } from './kubelet-context.js';
import { createContainerFolder, type MountedVolume, removePodFolders, type WorkArea } from './pod-folder.js';
import { ProcessStarter } from './process-starter.js';
import { type ImageOutcome, resolveImage } from './resolve-image.js';
import { endedRun, startedRun } from './container-history.js';
import { volumeFiles } from './volume-files.js';

/** As in common base images, plus our own Node.js, which an image would contain. */
const PATH = `/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${dirname(process.execPath)}`;

/** Where the process runtime finds images, and where it puts what it runs. */
export type ProcessRuntimeContext = Pick<KubeletContext, 'store' | 'logs' | 'history'> & {
  workArea: WorkArea;
  procsDir: string;
};

/** Runs each container as a process of its own, in a copy of its image's folder. */
export class ProcessRuntime implements ContainerRuntime {
  private readonly starter = new ProcessStarter();

  constructor(private readonly context: ProcessRuntimeContext) {}

  findImage(image: string): ImageOutcome {
    return resolveImage(image, this.context.procsDir);
  }

  async removePod(pod: Pod): Promise<void> {
    await removePodFolders(this.context.workArea, pod);
  }

  close(): void {
    this.starter.close();
    rmSync(this.context.workArea.root, { recursive: true, force: true });
  }

  async run(
    record: ContainerRecord,
    { image, env, signal, onStarted }: RunContainerOptions,
  ): Promise<ContainerRun | null> {
    const { context } = this;
    const { pod, container } = record;
    const containerID = newContainerID();
    const log = context.logs.open(pod, container.name, record.facts.restartCount);
    try {
      const place = {
        podUid: pod.metadata.uid,
        container: container.name,
        procFolder: image.folder,
        volumes: mountedVolumes(context.store, record, image.config.workingDirectory),
      };
      const folder = await createContainerFolder(context.workArea, place).catch((error: Error) => {
        throw new StartError(`failed to prepare the container's files: ${error.message}`);
      });
      // Copying the files takes time. A pod that is gone by now must not start.
      if (signal.aborted) return null;
      const startedAtMs = Date.now();
      const process = await this.start(record, { image, env, log, folder });
      const run = startedRun(record, process, startedAtMs);
      context.history.write(run);
      onStarted(containerID, startedAtMs, (graceMs) => process.stop(graceMs));
      const exit = await process.exit;
      const endedAtMs = Date.now();
      context.history.write(endedRun(run, exit, endedAtMs));
      return { containerID, startedAtMs, endedAtMs, exitCode: exit.exitCode, startError: null };
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      return failedStart(containerID, error.message);
    } finally {
      log.end();
    }
  }

  private start(
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
    return ContainerProcess.start(this.starter, {
      command: containerCommand(container, config, env, folder),
      env: { ...own, ...config.env, ...Object.fromEntries(env) },
      folder,
      userId: this.context.workArea.userId,
      log,
    });
  }
}

/** What is mounted where in the folder that stands in for the working directory. @throws StartError if it is elsewhere */
function mountedVolumes(
  store: ObjectStore,
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
