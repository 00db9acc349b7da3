import { isNotifyEvent, type NotifyEvent } from '@app/domain';
import type { Database } from '../connection/database.js';

/** As `lower(user_email)` in SQL. */
export function preferenceKey(email: string): string {
  return email.trim().toLowerCase();
}

/** The events that users get email about for executions they start themselves. Emails match in any case. */
export class NotificationPreferencesStore {
  constructor(private readonly database: Database) {}

  /** Empty: no email, which is the default. */
  async get(email: string): Promise<NotifyEvent[]> {
    const row = await this.database.client.notificationPreference.findUnique({
      where: { email: preferenceKey(email) },
    });
    return (row?.notifyOn ?? []).filter(isNotifyEvent);
  }

  /** Replaces the previous choice. May be repeated. */
  async set(email: string, notifyOn: readonly NotifyEvent[]): Promise<void> {
    const events = [...new Set(notifyOn)];
    await this.database.client.notificationPreference.upsert({
      where: { email: preferenceKey(email) },
      create: { email: preferenceKey(email), notifyOn: events },
      update: { notifyOn: events },
    });
  }
}
