import type { EventRecorder } from '../objects/event-recorder.js';
import type { ObjectStore } from '../objects/object-store.js';
import type { RunHistory } from '../run-history.js';
import type { SandboxTiming } from '../timing.js';
import type { ContainerRuntime } from './container-runtime.js';
import type { PodLogs } from './pod-logs.js';

/** Lets tests hold back new pods. */
export interface StartGate {
  /** Why, in the scheduler's words; null: pods may start. */
  readonly holdMessage: string | null;
  /** Why volumes cannot be mounted; null: they can. */
  readonly mountFailure: string | null;
  /** Resolves when pods may start, or on abort. */
  untilPodsMayStart(signal: AbortSignal): Promise<void>;
  untilVolumesMount(signal: AbortSignal): Promise<void>;
}

/** What the parts of the node share. */
export interface KubeletContext {
  store: ObjectStore;
  events: EventRecorder;
  logs: PodLogs;
  history: RunHistory;
  runtime: ContainerRuntime;
  gate: StartGate;
  timing: SandboxTiming;
}
