import { endedRun, startedRun } from './container-history.js';
import type { ContainerRecord } from './container-record.js';
import {
  type ContainerRun,
  type ContainerRuntime,
  failedStart,
  newContainerID,
  type RunContainerOptions,
} from './container-runtime.js';
import { emptyImage } from './dockerfile.js';
import { HeldLog } from './held-log.js';
import type { KubeletContext } from './kubelet-context.js';
import { type NullContainer, readNullContainer } from './null-container.js';
import type { FoundImage } from './resolve-image.js';

const SIGTERM_EXIT_CODE = 143;
const SIGKILL_EXIT_CODE = 137;

/** Any image will do. Nothing of it is used. */
const IMAGE: FoundImage = { kind: 'found', folder: '', config: { ...emptyImage(), user: '65534' } };

/**
 * Pretends to run containers, without a process or files, so that a measurement does not contain their cost. All API
 * objects, events and logs are as if they ran.
 */
export class NullRuntime implements ContainerRuntime {
  constructor(
    private readonly context: Pick<KubeletContext, 'logs' | 'history'>,
    private readonly container: NullContainer,
  ) {}

  findImage(): FoundImage {
    return IMAGE;
  }

  async run(
    record: ContainerRecord,
    { env, signal, onStarted }: RunContainerOptions,
  ): Promise<ContainerRun | null> {
    if (signal.aborted) return null;
    const containerID = newContainerID();
    let wanted: NullContainer;
    try {
      wanted = readNullContainer(this.container, env);
    } catch (error) {
      return failedStart(containerID, (error as Error).message);
    }
    const startedAtMs = Date.now();
    const run = startedRun(record, { pid: 0, processStart: null }, startedAtMs);
    this.context.history.write(run);
    let stop: (graceMs: number) => void = () => {};
    const stopped = new Promise<number>((resolve) => {
      stop = (graceMs) => resolve(graceMs > 0 ? SIGTERM_EXIT_CODE : SIGKILL_EXIT_CODE);
    });
    let timer: NodeJS.Timeout | undefined;
    const over = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), wanted.runMs)));
    const ended = Promise.race([stopped, over]);
    const log = new HeldLog(
      { ...wanted, lines: wanted.logLines, startedAtMs },
      ended.then(() => undefined),
    );
    this.context.logs.hold(record.pod, record.container.name, record.facts.restartCount, log);
    onStarted(containerID, startedAtMs, stop);
    const killedWith = await ended;
    clearTimeout(timer);
    const exit = { exitCode: killedWith ?? wanted.exitCode, killed: killedWith !== null };
    const endedAtMs = Date.now();
    this.context.history.write(endedRun(run, exit, endedAtMs));
    return { containerID, startedAtMs, endedAtMs, exitCode: exit.exitCode, startError: null };
  }

  removePod(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {}
}
