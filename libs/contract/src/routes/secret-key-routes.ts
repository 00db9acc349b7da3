import { checkSecretKeyQuery, rotateSecretKeyQuery, sealedPageReply } from '../secret-key.js';
import type { Route } from './route.js';

const WALK =
  'Each page does as much as a moment allows: follow `next` to the end. See [Rotating the secret key](operations.md#rotating-the-secret-key).';

export const secretKeyRoutes = {
  checkSecretKey: {
    method: 'GET',
    path: '/secret-key',
    who: 'admin',
    summary: 'Count what is encrypted with which secret key',
    description: `No route returns a key. ${WALK}`,
    query: checkSecretKeyQuery,
    reply: sealedPageReply,
    replyType: 'json',
    successStatus: 200,
  },
  rotateSecretKey: {
    method: 'POST',
    path: '/secret-key/rotate',
    who: 'admin',
    summary: 'Encrypt everything with the current secret key',
    description: `May be repeated, and run several times at once. ${WALK}`,
    query: rotateSecretKeyQuery,
    reply: sealedPageReply,
    replyType: 'json',
    successStatus: 200,
    otherStatuses: { 409: 'This gateway seals with another key than `key_id`.' },
  },
} as const satisfies Record<string, Route>;
