import { isNotifyEvent, type NotifyEvent } from '@app/domain';
import type { Database } from '../connection/database.js';

/** What people want to be told of the executions that they ask for themselves. Case of an address does not count. */
export class NotificationPreferencesStore {
  constructor(private readonly database: Database) {}

  /** Empty: nothing, which is what holds for whoever never said anything. */
  async get(email: string): Promise<NotifyEvent[]> {
    const row = await this.database.client.notificationPreference.findUnique({
      where: { email: email.toLowerCase() },
    });
    return (row?.notifyOn ?? []).filter(isNotifyEvent);
  }

  /** Replaces what was said before. May be repeated. */
  async set(email: string, notifyOn: readonly NotifyEvent[]): Promise<void> {
    const events = [...new Set(notifyOn)];
    await this.database.client.notificationPreference.upsert({
      where: { email: email.toLowerCase() },
      create: { email: email.toLowerCase(), notifyOn: events },
      update: { notifyOn: events },
    });
  }
}
