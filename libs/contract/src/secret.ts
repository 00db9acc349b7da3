import { z } from 'zod';
import { envValues } from './env-values.js';
import { procName } from './proc-name.js';

/** Body of `POST /secret`: values to set for one proc. Nothing ever gives them back. */
export const setSecretsBody = z.object({ job_name: procName, secrets: envValues });
export type SetSecretsBody = z.output<typeof setSecretsBody>;
