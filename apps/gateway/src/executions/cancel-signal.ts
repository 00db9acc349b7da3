import type { SignalSender } from '@app/queue';
import { withTimeout } from '@app/timing';

const MAX_WAIT_MS = 500;

/** Tells the workers at once what they would see at their next look. */
export class CancelSignal {
  constructor(private readonly sender: Pick<SignalSender, 'send'>) {}

  /** Resolves when it is sent or waiting got too long. Never throws. */
  async send(executionId: number): Promise<void> {
    const sent = this.sender.send('cancelRequested', { executionId });
    await withTimeout(sent, MAX_WAIT_MS, () => undefined, { unref: true });
  }
}
