import type { SupervisedService } from './supervised-service.js';
import { SERVICE_KINDS, type ServiceKind } from './service-kinds.js';

const SAMPLE_INTERVAL_MS = 1_000;

/** Samples the memory of the services until the returned function is called. */
export function watchMemory(services: readonly SupervisedService[]): () => void {
  const timer = setInterval(() => services.forEach((service) => service.sampleMemory()), SAMPLE_INTERVAL_MS);
  return () => clearInterval(timer);
}

/** Peak memory of any process of each kind so far, in MB. */
export function sampleMemory(services: readonly SupervisedService[]): Record<ServiceKind, number> {
  for (const service of services) service.sampleMemory();
  const peakMb = (kind: ServiceKind) =>
    Math.max(...services.filter((service) => service.kind === kind).map(({ peakRssKb }) => peakRssKb)) /
    1_024;
  return Object.fromEntries(SERVICE_KINDS.map((kind) => [kind, peakMb(kind)])) as Record<ServiceKind, number>;
}
