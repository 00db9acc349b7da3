import { isPossibleExecutionId } from '@app/contract';
import type { DeliveryRecord, NotificationsStore } from '@app/database';
import { AppError } from '@app/domain';
import type { NotificationSignal } from '@app/queue';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Caller } from '../authentication/caller.js';
import { showRecipient } from './to-reply.js';

/** Sends notifications again. */
export class ResendNotification {
  constructor(
    private readonly notifications: Pick<NotificationsStore, 'list' | 'resend'>,
    private readonly audit: AuditTrail,
    private readonly signal: Pick<NotificationSignal, 'send'>,
  ) {}

  /**
   * Signals the notifiers, which would otherwise find it within seconds. May be repeated: a pending one does not change.
   * @param id decimal digits @throws AppError `not_found`
   */
  async resend(id: string, { user, address }: Caller): Promise<DeliveryRecord> {
    const { channel, recipient, event, executionId } = await this.find(id);
    const entry = {
      actor: user.email,
      action: 'resendNotification',
      subject: id,
      address,
      details: { channel, recipient: showRecipient(recipient), event, execution: executionId },
    };
    await this.audit.recordChange(entry, async () => {
      // Retention may have removed it in the meantime.
      if ((await this.notifications.resend(Number(id))) === 'not_found') throw noNotification(id);
    });
    this.signal.send();
    return this.find(id);
  }

  private async find(id: string): Promise<DeliveryRecord> {
    if (!isPossibleExecutionId(id)) throw noNotification(id);
    const [newest] = await this.notifications.list({}, { before: Number(id) + 1, limit: 1 });
    if (newest?.id !== Number(id)) throw noNotification(id);
    return newest;
  }
}

function noNotification(id: string): AppError {
  return new AppError('not_found', `No such notification: ${id}.`, {
    hint: 'See `proctor notification list`. Notifications are removed together with their execution.',
  });
}
