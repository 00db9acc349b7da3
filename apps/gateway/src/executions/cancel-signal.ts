import type { SignalSender } from '@app/queue';
import { withTimeout } from '@app/timing';

const MAX_WAIT_MS = 500;

/** Notifies the workers of a cancellation, which they would otherwise find at their next poll. */
export class CancelSignal {
  constructor(private readonly sender: Pick<SignalSender, 'send'>) {}

  /** Resolves when the signal is sent, or after the maximum wait. Never throws. */
  async send(executionId: number): Promise<void> {
    const sent = this.sender.send('cancelRequested', { executionId });
    await withTimeout(sent, MAX_WAIT_MS, () => undefined, { unref: true });
  }
}
