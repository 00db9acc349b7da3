import * as z from 'zod';

/** `GET /auth`: how people sign in. */
export const signInReply = z.object({
  plugin: z.string(),
  sign_in: z
    .enum(['device', 'token', 'off'])
    .describe(
      '`device`: with `proctor login`; `token`: with an email and a token; `off`: no sign-in is needed.',
    ),
});

/** RFC 8628, section 3.2. The gateway talks to the issuer, so clients only need to know the gateway. */
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

export const pollSignInReply = z.object({
  status: z
    .enum(['pending', 'slow_down', 'denied', 'expired', 'signed_in'])
    .describe('On `pending`, poll again after the interval; on `slow_down`, add 5 s to the interval.'),
  token: z
    .string()
    .optional()
    .describe('Present when signed in: the token to send as `Authorization: Bearer`.'),
  refresh_token: z.string().optional(),
  expires_in_seconds: z.number().optional(),
});
export type PollSignInReply = z.output<typeof pollSignInReply>;
