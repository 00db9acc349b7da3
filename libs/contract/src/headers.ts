import * as z from 'zod';
import { MAX_IDEMPOTENCY_KEY_LENGTH } from './limits.js';

/** Request headers, spelled as v2 clients send them. Node and Fastify expose them in lower case. */
export const EMAIL_HEADER = 'Email-Id';
export const TOKEN_HEADER = 'Access-Token';
export const CLIENT_VERSION_HEADER = 'Client-Version';
/** Repeating a key with the same identity and route always returns the same execution. */
export const IDEMPOTENCY_KEY_HEADER = 'Idempotency-Key';

/** 1 to 200 visible ASCII characters. */
export const idempotencyKey = z
  .string()
  .regex(
    new RegExp(`^[\\x21-\\x7e]{1,${MAX_IDEMPOTENCY_KEY_LENGTH}}$`),
    `${IDEMPOTENCY_KEY_HEADER} must be 1 to ${MAX_IDEMPOTENCY_KEY_LENGTH} visible ASCII characters`,
  );

/** The usual hint of a 401, for clients that send headers themselves. */
export const CREDENTIALS_HINT = 'Send the Email-Id and Access-Token headers, or Authorization: Bearer.';
