import { z } from 'zod';
import { envName } from './env-values.js';
import {
  MAX_CONCURRENCY_LIMIT,
  MAX_ENV_COUNT,
  MAX_GROUPS,
  MAX_GROUP_NAME_LENGTH,
  MAX_IMAGE_NAME_LENGTH,
  MAX_RETRIES,
  MAX_TIMEOUT_SECONDS,
} from './limits.js';
import { procName } from './proc-name.js';
import { NOT_STORABLE, isStorable, optionalList, optionalText } from './text.js';

const argDeclaration = z.object({
  name: envName,
  description: optionalText,
  /** Not in v2. True: an execution without it is refused. */
  required: z.boolean().nullish(),
});

const secretDeclaration = z.object({ name: envName, description: optionalText });

const envVars = z
  .object({
    secrets: optionalList(secretDeclaration, MAX_ENV_COUNT),
    args: optionalList(argDeclaration, MAX_ENV_COUNT),
  })
  .nullish()
  .transform((declared) => declared ?? { secrets: [], args: [] })
  .superRefine(({ secrets, args }, context) => {
    const seen = new Set<string>();
    for (const [list, declarations] of [
      ['args', args],
      ['secrets', secrets],
    ] as const) {
      declarations.forEach(({ name }, index) => {
        if (seen.has(name)) {
          const message = `'${name}' is declared twice; each name may be one arg or one secret`;
          context.addIssue({ code: 'custom', message, path: [list, index, 'name'] });
        }
        seen.add(name);
      });
    }
  });

const concurrency = z.object({
  limit: z.int().min(1).max(MAX_CONCURRENCY_LIMIT),
  when_full: z.enum(['queue', 'refuse']).default('queue'),
});

/** A proc's metadata, v2-shaped. Null and left out mean empty. Unknown fields are ignored, as in v2. */
export const procMetadata = z.object({
  name: procName,
  description: optionalText,
  image_name: z
    .string()
    .max(MAX_IMAGE_NAME_LENGTH)
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/,
      `must be an image reference like registry/name:tag, at most ${MAX_IMAGE_NAME_LENGTH} characters`,
    ),
  env_vars: envVars,
  authorized_groups: optionalList(
    z.string().min(1).max(MAX_GROUP_NAME_LENGTH).refine(isStorable, NOT_STORABLE),
    MAX_GROUPS,
  ),
  author: optionalText,
  contributors: optionalText,
  organization: optionalText,
  // From here on: not in v2.
  allow_undeclared_args: z.boolean().nullish(),
  timeout_seconds: z.int().min(1).max(MAX_TIMEOUT_SECONDS).nullish(),
  retries: z.int().min(0).max(MAX_RETRIES).nullish(),
  concurrency: concurrency.nullish(),
});
export type ProcMetadata = z.output<typeof procMetadata>;

/** Body of `POST /metadata`. All of it is stored, or none. */
export const registerProcsBody = z.array(procMetadata).superRefine((procs, context) => {
  const seen = new Set<string>();
  procs.forEach(({ name }, index) => {
    if (seen.has(name))
      context.addIssue({ code: 'custom', message: `'${name}' is listed twice`, path: [index, 'name'] });
    seen.add(name);
  });
});
export const listProcsReply = z.array(procMetadata);
