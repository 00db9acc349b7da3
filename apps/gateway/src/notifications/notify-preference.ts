import type { NotificationPreferencesStore } from '@app/database';
import { AppError, type NotifyEvent } from '@app/domain';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { Caller } from '../authentication/caller.js';

/** What callers are told of the executions that they ask for by hand. */
export class NotifyPreference {
  constructor(
    private readonly preferences: NotificationPreferencesStore,
    private readonly audit: AuditTrail,
  ) {}

  async get({ user }: Caller): Promise<NotifyEvent[]> {
    return this.preferences.get(user.email);
  }

  /** Replaces what was chosen before. May be repeated. @throws AppError `conflict` for who has no address for mail */
  async set(notifyOn: readonly NotifyEvent[], { user, address }: Caller): Promise<NotifyEvent[]> {
    if (!user.email.includes('@')) throw noAddress(user.email);
    const entry = {
      actor: user.email,
      action: 'setNotifyPreference',
      subject: user.email,
      address,
      details: { notifyOn: notifyOn.join(' ') },
    };
    await this.audit.recordChange(entry, () => this.preferences.set(user.email, notifyOn));
    return this.preferences.get(user.email);
  }
}

function noAddress(email: string): AppError {
  return new AppError('conflict', `No mail can be sent to ${JSON.stringify(email)}.`, {
    hint: 'Sign in under an e-mail address.',
  });
}
