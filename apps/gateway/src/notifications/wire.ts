import {
  NotificationPreferencesStore,
  NotificationsStore,
  readOpenChannels,
  type Database,
} from '@app/database';
import { NotificationSignal, type SignalSender } from '@app/queue';
import type { AuditTrail } from '../audit/audit-trail.js';
import type { GatewaySettings } from '../env.js';
import { ChannelWarnings } from './channel-warnings.js';
import { NotificationsController } from './notifications.controller.js';
import { NotifyPreference } from './notify-preference.js';
import { ResendNotification } from './resend-notification.js';

export interface NotificationsDependencies {
  settings: Pick<GatewaySettings, 'mailRules'>;
  database: Database;
  signals: SignalSender;
  audit: AuditTrail;
}

export function wireNotifications({ settings, database, signals, audit }: NotificationsDependencies) {
  const notifications = new NotificationsStore(database);
  const resend = new ResendNotification(notifications, audit, new NotificationSignal(signals));
  const preference = new NotifyPreference(
    new NotificationPreferencesStore(database),
    settings.mailRules,
    audit,
  );
  const warnings = new ChannelWarnings(() => readOpenChannels(database));
  return {
    warnings,
    controllers: [new NotificationsController(notifications, resend, preference, warnings)],
  };
}
