import * as z from 'zod';
import { whoAmIReply } from './account.js';
import { instant } from './paging.js';
import { email } from './text.js';

const MAX_TOKEN_LENGTH = 16_384;

/** `POST /session`: signs a browser in. */
export const createSessionBody = z.object({
  email: email.optional().describe('The account. Default: the owner of the token.'),
  token: z
    .string()
    .min(1)
    .max(MAX_TOKEN_LENGTH)
    .describe('An access token, or a token of the authentication plugin.'),
});

const session = z.object({
  id: z.string(),
  created_at: instant,
  expires_at: instant.describe(
    'It ends earlier if it is not used, or when the token ends that it was opened with.',
  ),
});

export const createSessionReply = whoAmIReply.extend({ session });

export const sessionReply = session.extend({
  last_seen_at: instant.describe('To the minute.'),
  address: z.string().optional().describe('Where it was opened.'),
  user_agent: z.string(),
  is_current: z.boolean().describe('Whether this request was made with it.'),
});

export const listSessionsReply = z.object({ sessions: z.array(sessionReply) });
export const sessionParams = z.object({ id: z.uuid() });
