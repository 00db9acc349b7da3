import { randomUUID } from 'node:crypto';
import type { Pod } from '../objects/kube-object.js';
import type { ContainerRecord } from './container-record.js';
import type { FoundImage, ImageOutcome } from './resolve-image.js';

export interface ContainerRun {
  containerID: string;
  /** Null if it could not be started. */
  startedAtMs: number | null;
  endedAtMs: number;
  exitCode: number;
  /** The runtime's message if it could not be started. */
  startError: string | null;
}

export interface RunContainerOptions {
  image: FoundImage;
  env: ReadonlyMap<string, string>;
  signal: AbortSignal;
  /** Called once the container runs, with a function that stops it. */
  onStarted: (containerID: string, startedAtMs: number, stop: (graceMs: number) => void) => void;
}

/** What the kubelet runs containers with. */
export interface ContainerRuntime {
  findImage(image: string): ImageOutcome;
  /**
   * Runs a container once, to its end.
   * @returns null if the signal aborted before it ran
   */
  run(record: ContainerRecord, options: RunContainerOptions): Promise<ContainerRun | null>;
  /** Removes what the containers of a pod leave behind. */
  removePod(pod: Pod): Promise<void>;
  /** Call it once no container is running. */
  close(): void;
}

/** The exit code that container runtimes report if no process could be started. */
const START_ERROR_CODE = 128;

export function failedStart(containerID: string, startError: string): ContainerRun {
  return { containerID, startedAtMs: null, endedAtMs: Date.now(), exitCode: START_ERROR_CODE, startError };
}

export function newContainerID(): string {
  // Node keeps random bytes in store for UUIDs. Other random bytes cost a system call each.
  return `sandbox://${`${randomUUID()}${randomUUID()}`.replaceAll('-', '')}`;
}
