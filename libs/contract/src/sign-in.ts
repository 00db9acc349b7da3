import { z } from 'zod';

/** `GET /auth`: how people sign in here. `device`: with `proctor login`; `token`: with an e-mail and a token. */
export const signInReply = z.object({ plugin: z.string(), sign_in: z.enum(['device', 'token', 'off']) });

/** RFC 8628, 3.2. The gateway asks the issuer for it, so that a client needs to know the gateway only. */
export const startSignInReply = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  verification_uri_complete: z.string().optional(),
  expires_in_seconds: z.number(),
  interval_seconds: z.number(),
});

const secretText = z.string().min(1).max(16_384);
export const pollSignInBody = z.object({ device_code: secretText });
export const refreshSignInBody = z.object({ refresh_token: secretText });

/** `pending`, `slow_down`: ask again after the interval (and 5 s more). */
export const pollSignInReply = z.object({
  status: z.enum(['pending', 'slow_down', 'denied', 'expired', 'signed_in']),
  /** With `signed_in`: what to send as `Authorization: Bearer`. */
  token: z.string().optional(),
  refresh_token: z.string().optional(),
  expires_in_seconds: z.number().optional(),
});
export type PollSignInReply = z.output<typeof pollSignInReply>;
