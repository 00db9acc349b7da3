import { backOffMs, pauseQuietly } from '@app/timing';
import type { KubeletContext } from './kubelet-context.js';
import type { ContainerRecord } from './container-record.js';
import type { FoundImage } from './resolve-image.js';

/** Finds the container's image. Retries indefinitely with back-off, as the kubelet does. Null: aborted. */
export async function pullImage(
  record: ContainerRecord,
  context: KubeletContext,
  signal: AbortSignal,
): Promise<FoundImage | null> {
  const { timing, runtime } = context;
  const { image } = record.container;
  record.recordEvent('Normal', 'Pulling', `Pulling image "${image}"`);
  for (let failures = 0; ; failures++) {
    await pauseQuietly(timing.imagePullDelayMs, signal);
    const outcome = runtime.findImage(image);
    if (signal.aborted) return null;
    if (outcome.kind === 'found') {
      record.recordEvent('Normal', 'Pulled', `Successfully pulled image "${image}"`);
      return outcome;
    }
    const delayMs = backOffMs(failures, {
      firstMs: timing.imagePullBackoffMs,
      maxMs: timing.imagePullBackoffMaxMs,
    });
    if (outcome.kind === 'invalid') reportInvalidName(record, outcome.message);
    else await reportFailedPull(record, outcome.message, delayMs / 2, signal);
    await pauseQuietly(outcome.kind === 'invalid' ? delayMs : delayMs / 2, signal);
  }
}

function reportInvalidName(record: ContainerRecord, message: string): void {
  record.setWaiting('InvalidImageName', message);
  record.recordEvent('Warning', 'InspectFailed', message);
}

async function reportFailedPull(
  record: ContainerRecord,
  message: string,
  shownMs: number,
  signal: AbortSignal,
): Promise<void> {
  const { image } = record.container;
  record.setWaiting('ErrImagePull', message);
  record.recordEvent('Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
  await pauseQuietly(shownMs, signal);
  if (signal.aborted) return;
  record.setWaiting('ImagePullBackOff', `Back-off pulling image "${image}": ErrImagePull: ${message}`);
  record.recordEvent('Normal', 'BackOff', `Back-off pulling image "${image}"`);
}
