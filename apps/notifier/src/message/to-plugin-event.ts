import type { OutboxEvent } from '@app/database';
import type { ExecutionEvent } from '@app/plugins';
import { shownArgs } from './notification-message.js';

/** The event as v2 passes it to plugins. Pure. */
export function toPluginEvent(execution: NonNullable<OutboxEvent['execution']>): ExecutionEvent {
  return {
    type: 'EXECUTION_EVENT',
    user: { email: execution.userEmail },
    content: {
      ExecutionID: String(execution.id),
      JobName: execution.procName,
      ImageTag: execution.image,
      Args: JSON.stringify(shownArgs(execution)),
      Status: execution.status,
    },
  };
}
