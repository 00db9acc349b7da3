import {
  pollSignInBody,
  pollSignInReply,
  refreshSignInBody,
  signInReply,
  startSignInReply,
} from '../sign-in.js';
import type { Route } from './route.js';

export const signInRoutes = {
  getSignIn: {
    method: 'GET',
    path: '/auth',
    who: 'anyone',
    summary: 'How people sign in here',
    reply: signInReply,
    replyType: 'json',
    successStatus: 200,
  },
  startSignIn: {
    method: 'POST',
    path: '/auth/device',
    who: 'anyone',
    summary: 'Begin to sign in with the device flow',
    reply: startSignInReply,
    replyType: 'json',
    successStatus: 200,
    otherStatuses: {
      404: 'People do not sign in with the device flow here.',
      503: 'The issuer cannot be reached.',
    },
  },
  pollSignIn: {
    method: 'POST',
    path: '/auth/device/token',
    who: 'anyone',
    summary: 'Whether the sign-in is done',
    body: pollSignInBody,
    reply: pollSignInReply,
    replyType: 'json',
    successStatus: 200,
    otherStatuses: {
      404: 'People do not sign in with the device flow here.',
      503: 'The issuer cannot be reached.',
    },
  },
  refreshSignIn: {
    method: 'POST',
    path: '/auth/refresh',
    who: 'anyone',
    summary: 'A new token before the old one expires',
    body: refreshSignInBody,
    reply: pollSignInReply,
    replyType: 'json',
    successStatus: 200,
    otherStatuses: {
      404: 'People do not sign in with the device flow here.',
      503: 'The issuer cannot be reached.',
    },
  },
} as const satisfies Record<string, Route>;
