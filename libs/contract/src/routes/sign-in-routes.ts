import {
  pollSignInBody,
  pollSignInReply,
  refreshSignInBody,
  signInReply,
  startSignInReply,
} from '../sign-in.js';
import type { Route } from './route.js';

const ANSWERED_BY_DEVICE_FLOW = {
  replyType: 'json',
  successStatus: 200,
  otherStatuses: {
    404: 'This gateway does not use the device flow.',
    503: 'The issuer is unreachable.',
  },
} as const;

export const signInRoutes = {
  getSignIn: {
    method: 'GET',
    path: '/auth',
    who: 'anyone',
    summary: 'Show how people sign in',
    reply: signInReply,
    replyType: 'json',
    successStatus: 200,
  },
  startSignIn: {
    method: 'POST',
    path: '/auth/device',
    who: 'anyone',
    summary: 'Start signing in with the device flow',
    reply: startSignInReply,
    ...ANSWERED_BY_DEVICE_FLOW,
  },
  pollSignIn: {
    method: 'POST',
    path: '/auth/device/token',
    who: 'anyone',
    summary: 'Poll whether the sign-in is complete',
    body: pollSignInBody,
    reply: pollSignInReply,
    ...ANSWERED_BY_DEVICE_FLOW,
  },
  refreshSignIn: {
    method: 'POST',
    path: '/auth/refresh',
    who: 'anyone',
    summary: 'Get a new token before the old one expires',
    body: refreshSignInBody,
    reply: pollSignInReply,
    ...ANSWERED_BY_DEVICE_FLOW,
  },
} as const satisfies Record<string, Route>;
