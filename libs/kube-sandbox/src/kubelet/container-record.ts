import type { Container, ContainerState, Pod } from '../objects/kube-object.js';
import type { ContainerFacts } from './pod-status.js';

/** The record of the pod that a container belongs to. */
export interface ContainerOwner {
  readonly pod: Pod;
  factsOf(container: string): ContainerFacts;
  noteContainer(name: string, more: Partial<ContainerFacts>): void;
  recordEvent(type: 'Normal' | 'Warning', reason: string, message: string): void;
  write(): unknown;
}

/** One container of a pod as its worker knows it. Its status is written with that of the pod. */
export class ContainerRecord {
  constructor(
    private readonly podRecord: ContainerOwner,
    readonly container: Container,
  ) {}

  get pod(): Pod {
    return this.podRecord.pod;
  }

  get facts(): ContainerFacts {
    return this.podRecord.factsOf(this.container.name);
  }

  recordEvent(type: 'Normal' | 'Warning', reason: string, message: string): void {
    this.podRecord.recordEvent(type, reason, message);
  }

  /** Keeps facts for the next write. */
  note(facts: Partial<ContainerFacts>): void {
    this.podRecord.noteContainer(this.container.name, facts);
  }

  setState(state: ContainerState, more: Partial<ContainerFacts> = {}): void {
    this.note({ ...more, state });
    this.podRecord.write();
  }

  setWaiting(reason: string, message: string, more: Partial<ContainerFacts> = {}): void {
    this.setState({ waiting: { reason, message } }, more);
  }
}
