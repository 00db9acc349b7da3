import * as z from 'zod';
import { MAX_PROBLEMS } from './bounded.js';
import { next } from './paging.js';
import { isStorable, NOT_STORABLE } from './text.js';

/** What PROCTOR_SECRET_KEY seals, as `SEALED_KINDS` of libs/database. */
const SEALED_KINDS = ['secret', 'audit_key', 'schedule', 'execution'] as const;

const keyId = z.string().regex(/^[0-9a-f]{8}$/, 'must be the id of a key: 8 hex digits');

const cursor = z
  .string()
  .max(700)
  // Of ids only digits that fit.
  .regex(/^(secret:.*|audit_key:|(schedule|execution):\d{0,18})$/s, 'must be the `next` of the previous page')
  .refine(isStorable, NOT_STORABLE)
  .describe('The `next` value of the previous page.')
  .optional();

/** `GET /secret-key`. */
export const checkSecretKeyQuery = z.object({ cursor });

/** `POST /secret-key/rotate`. */
export const rotateSecretKeyQuery = z.object({
  cursor,
  key_id: keyId
    .describe(
      'The key to seal with, as the first page had it. A gateway that seals with another one answers 409.',
    )
    .optional(),
});

/** One page of the walk over everything that is sealed. */
export const sealedPageReply = z.object({
  key_id: z.string().describe('The key that this gateway seals with: the id of `PROCTOR_SECRET_KEY`.'),
  accepted_key_ids: z
    .array(z.string())
    .describe('The keys that this gateway opens with, those of `PROCTOR_SECRET_KEY_ALSO` included.'),
  kind: z.enum(SEALED_KINDS).describe('What the page is about.'),
  found: z
    .array(z.object({ key_id: z.string(), count: z.int() }))
    .describe(
      'How many values were sealed with which key, before the page changed any. `none`: in plain text, from before they were sealed. `unknown`: a hash that no accepted key gives.',
    ),
  resealed: z.int().describe('How many rows the page has sealed with `key_id`.'),
  busy: z.int().describe('How many rows another process was writing. Rotate once more.'),
  failed: z.int().describe('How many rows no accepted key opens. They stay as they are.'),
  problems: z
    .array(z.object({ subject: z.string(), message: z.string() }))
    .describe(`The first ${MAX_PROBLEMS} of those rows.`),
  next,
});
export type SealedPageReply = z.output<typeof sealedPageReply>;
