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
    summary: 'Who was told what, newest first',
    description: 'Of a recipient that is a URL only scheme, host and port are shown.',
    query: listNotificationsQuery,
    reply: listNotificationsReply,
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
      'Under the same key (`Message-ID`, `Idempotency-Key`), by which a recipient that has it already can tell.',
      'May be repeated; one that is pending anyway stays as it is.',
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
    summary: 'What the caller is told of their own executions',
    reply: notifyPreferenceReply,
    replyType: 'json',
    successStatus: 200,
  },
  /** Repeatable. */
  setNotifyPreference: {
    method: 'PUT',
    path: '/whoami/notification',
    who: 'authenticated',
    summary: 'Choose what the caller is told of their own executions',
    description: 'Replaces what was chosen before. Executions of schedules are told as the schedule says.',
    body: setNotifyPreferenceBody,
    reply: notifyPreferenceReply,
    replyType: 'json',
    successStatus: 200,
  },
} as const satisfies Record<string, Route>;
