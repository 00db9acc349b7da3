import * as z from 'zod';
import { envName, envValues } from './env-values.js';
import { instant } from './paging.js';
import { procName } from './proc-name.js';

/** Body of `POST /secret`: values to set for one proc. No route ever returns them. */
export const setSecretsBody = z.object({
  job_name: procName.describe('Name of the proc.'),
  secrets: envValues,
});
export type SetSecretsBody = z.output<typeof setSecretsBody>;

/** The secrets set for one proc: their names, and who set them when. */
export const listSecretsReply = z.object({
  job_name: z.string(),
  secrets: z.array(z.object({ name: z.string(), set_at: instant, set_by: z.string() })),
});
export type ListSecretsReply = z.output<typeof listSecretsReply>;

export const secretParams = z.object({ name: procName, secret: envName });
