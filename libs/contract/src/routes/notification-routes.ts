import {
  listNotificationsQuery,
  listNotificationsReply,
  notificationParams,
  notificationReply,
  notifyPreferenceReply,
  setNotifyPreferenceBody,
} from '../notification.js';
import type { Route } from './route.js';

export const notificationRoutes = {
  listNotifications: {
    method: 'GET',
    path: '/notification',
    who: 'admin',
    summary: 'List notifications, newest first',
    description: 'For a recipient that is a URL, only the scheme, host and port are shown.',
    query: listNotificationsQuery,
    reply: listNotificationsReply,
    isCostly: true,
    replyType: 'json',
    successStatus: 200,
  },
  /** Repeatable. */
  resendNotification: {
    method: 'POST',
    path: '/notification/:id/resend',
    who: 'admin',
    summary: 'Send a notification again',
    description: [
      'Uses the same key (`Message-ID`, `Idempotency-Key`), so that recipients can recognize a repeat.',
      'May be repeated; a notification that is still pending is left unchanged.',
    ].join(' '),
    params: notificationParams,
    reply: notificationReply,
    replyType: 'json',
    successStatus: 200,
  },
  getNotifyPreference: {
    method: 'GET',
    path: '/whoami/notification',
    who: 'authenticated',
    scope: 'read',
    allowsProcLimit: false,
    summary: 'Show which events the caller gets email about',
    reply: notifyPreferenceReply,
    replyType: 'json',
    successStatus: 200,
  },
  /** Repeatable. */
  setNotifyPreference: {
    method: 'PUT',
    path: '/whoami/notification',
    who: 'authenticated',
    scope: 'admin',
    allowsProcLimit: false,
    summary: 'Choose which events the caller gets email about',
    description:
      'Replaces the previous choice. Applies to executions the caller starts; schedules have their own setting.',
    body: setNotifyPreferenceBody,
    reply: notifyPreferenceReply,
    replyType: 'json',
    successStatus: 200,
  },
} as const satisfies Record<string, Route>;
