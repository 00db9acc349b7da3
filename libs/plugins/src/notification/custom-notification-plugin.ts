import { withTimeout } from '@app/timing';
import { describeThrown } from '../custom/describe-thrown.js';
import { NotificationPlugin, type ExecutionEvent } from './notification-plugin.js';

const TIMEOUT_MS = 10_000;

/** The object that an operator's plugin exports, or that its class or function creates. */
export interface ForeignNotificationPlugin {
  onNotify(event: ExecutionEvent): unknown;
}

/** Isolates Proctor from foreign code: limits its time and passes it a copy of the event. */
export class CustomNotificationPlugin extends NotificationPlugin {
  constructor(
    private readonly name: string,
    private readonly foreign: ForeignNotificationPlugin,
    private readonly timeoutMs = TIMEOUT_MS,
  ) {
    super();
  }

  override async onNotify(event: ExecutionEvent): Promise<void> {
    const work = async (): Promise<unknown> => await this.foreign.onNotify(structuredClone(event));
    const told = work().catch((err: unknown) => {
      throw new Error(`${this.name}: onNotify threw ${firstLine(describeThrown(err))}`);
    });
    await withTimeout(told, this.timeoutMs, () => {
      throw new Error(`${this.name}: onNotify did not return within ${this.timeoutMs / 1_000} s`);
    });
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
