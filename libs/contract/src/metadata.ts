import {
  ARG_TYPES,
  IMAGE_PULL_POLICIES,
  MAX_FILES,
  MAX_FILES_BYTES,
  MAX_ID,
  MAX_UNDECLARED_ENTRIES,
} from '@app/domain';
import * as z from 'zod';
import { countFirst, MAX_PROBLEMS, stopAtProblems } from './bounded.js';
import { envName } from './env-values.js';
import {
  MAX_ANNOTATION_BYTES,
  MAX_CONCURRENCY_LIMIT,
  MAX_ENV_COUNT,
  MAX_GROUPS,
  MAX_IMAGE_NAME_LENGTH,
  MAX_PATTERN_LENGTH,
  MAX_POD_TEXT_LENGTH,
  MAX_RETRIES,
  MAX_TEXT_LENGTH,
  MAX_TIMEOUT_SECONDS,
} from './limits.js';
import { orMissing } from './issue-messages.js';
import { instant, next, numberPage } from './paging.js';
import { numberAsWritten, textAsWritten } from './as-written.js';
import { procName, templateName } from './proc-name.js';
import { NOT_STORABLE, groupName, isStorable, asOutputSchema, optionalList, optionalText } from './text.js';
import { MAX_INTEGER, whole } from './whole-number.js';

const argText = textAsWritten(
  z
    .string()
    .max(MAX_TEXT_LENGTH, `must be at most ${MAX_TEXT_LENGTH} characters`)
    .refine(isStorable, NOT_STORABLE),
);

const argDeclaration = z.object({
  name: envName,
  description: optionalText,
  // The fields below are not in v2.
  type: z.enum(ARG_TYPES).nullish().describe('Default: string.'),
  required: z
    .boolean()
    .nullish()
    .describe('If true, executions without this arg are refused. Default: false.'),
  default: argText.nullish().describe('The value used when the arg is omitted.'),
  pattern: z.string().max(MAX_PATTERN_LENGTH).nullish().describe('RE2 syntax; the whole value must match.'),
  options: z.array(argText).max(MAX_ENV_COUNT).nullish().describe('The allowed values of an `enum`.'),
  min: numberAsWritten.nullish().describe('Lower bound of a `number`.'),
  max: numberAsWritten.nullish().describe('Upper bound of a `number`.'),
  example: argText.nullish().describe('Shown to users.'),
});

const secretDeclaration = z.object({ name: envName, description: optionalText });

const declaredVars = z
  .object({ secrets: z.array(secretDeclaration), args: z.array(argDeclaration) })
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

const envVars = z
  .object({
    secrets: optionalList(secretDeclaration, MAX_ENV_COUNT),
    args: optionalList(argDeclaration, MAX_ENV_COUNT),
  })
  .nullish()
  .transform((declared) => declared ?? { secrets: [], args: [] })
  .pipe(asOutputSchema(declaredVars));

const concurrency = z.object({
  limit: z.int().min(1).max(MAX_CONCURRENCY_LIMIT).describe('How many executions may run at a time.'),
  when_full: z
    .enum(['queue', 'refuse'])
    .default('queue')
    .describe('Whether further executions wait or are refused with 429. Default: queue.'),
});

const shortText = z.string().max(MAX_POD_TEXT_LENGTH).refine(isStorable, NOT_STORABLE);
const textMap = countFirst(
  z.record(shortText, z.string().max(MAX_ANNOTATION_BYTES).refine(isStorable, NOT_STORABLE)),
  MAX_ENV_COUNT,
);
const quantity = textAsWritten(
  shortText,
  z.union([z.string(), z.number()], orMissing('must be a quantity such as 500m or 128Mi')),
);
const quantities = countFirst(z.record(shortText, quantity), MAX_ENV_COUNT);

const toleration = z.object({
  key: shortText.nullish(),
  operator: z.enum(['Equal', 'Exists']).nullish(),
  value: shortText.nullish(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']).nullish(),
  toleration_seconds: z.int().nullish(),
});

const mountedObject = z.object({
  name: shortText,
  path: shortText
    .nullish()
    .describe('Folder with a file for each key. Omitted: an environment variable for each key.'),
});

const file = z.object({
  path: shortText.describe('Absolute path of the file in the container.'),
  content: z
    .string()
    .max(MAX_FILES_BYTES)
    .refine(isStorable, NOT_STORABLE)
    .nullish()
    .describe('The text. Required to register a proc; lists omit it.'),
  bytes: z.int().nullish().describe('The size of the text. Only in lists.'),
});

const exitCodes = z.array(z.int().min(1).max(255)).max(255).nullish();

const id = z.int().min(0).max(MAX_ID).nullish();
const security = z.object({
  run_as_user: id.describe('User id of the container.'),
  run_as_group: id.describe('Group id of the container.'),
  run_as_non_root: z.boolean().nullish().describe('If true, the container never starts as root.'),
  read_only_root_filesystem: z
    .boolean()
    .nullish()
    .describe("If true, the container cannot write to its image's files."),
  fs_group: id.describe('Group id that owns the files of its volumes.'),
});

/** A proc's metadata in v2's shape. Null and omitted both mean empty. Unknown fields are ignored, as in v2. */
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
  authorized_groups: optionalList(groupName, MAX_GROUPS).describe(
    'A user must be a member of all of them. Empty: every signed-in user may execute the proc.',
  ),
  author: optionalText,
  contributors: optionalText,
  organization: optionalText,
  // The fields below are not in v2.
  allow_undeclared_args: z
    .union(
      [z.boolean(), z.array(shortText).max(MAX_UNDECLARED_ENTRIES)],
      orMissing(
        `must be a list of at most ${MAX_UNDECLARED_ENTRIES} names such as SERVICE, or prefixes such as REPORT_*`,
      ),
    )
    .nullish()
    .describe(
      'Names of args, and prefixes such as `REPORT_*`, that the proc takes without declaring them. `true` (any name) is kept only for procs that have it already. Default: none.',
    ),
  timeout_seconds: z.int().min(1).max(MAX_TIMEOUT_SECONDS).nullish().describe('Time limit of one attempt.'),
  retries: z.int().min(0).max(MAX_RETRIES).nullish().describe('Further attempts after one that failed.'),
  retry_on: exitCodes.describe(
    'Exit codes that are retried; any other ends the execution. Not with `fail_on`.',
  ),
  fail_on: exitCodes.describe('Exit codes that end the execution without a retry. Not with `retry_on`.'),
  concurrency: concurrency.nullish(),
  namespace: shortText
    .nullish()
    .describe("Where its Jobs run. Omitted: the installation's default namespace."),
  resources: z.object({ requests: quantities.nullish(), limits: quantities.nullish() }).nullish(),
  node_selector: textMap.nullish(),
  tolerations: z.array(toleration).max(MAX_ENV_COUNT).nullish(),
  service_account: shortText.nullish(),
  image_pull_secrets: z.array(shortText).max(MAX_ENV_COUNT).nullish(),
  annotations: textMap.nullish(),
  priority_class: shortText.nullish(),
  runtime_class: shortText.nullish(),
  image_pull_policy: z
    .enum(IMAGE_PULL_POLICIES)
    .nullish()
    .describe("Default: Kubernetes' own, `Always` for the tag `latest` and else `IfNotPresent`."),
  queue: shortText
    .nullish()
    .describe('A LocalQueue of Kueue, which decides when its Jobs run. Needs `retries` or `repeatable`.'),
  repeatable: z
    .boolean()
    .nullish()
    .describe(
      'The proc may run again after its queue has stopped it, even without `retries`. Default: false.',
    ),
  scratch: z
    .object({
      size: quantity.describe('Such as `2Gi`. A pod that uses more is evicted.'),
      path: shortText.describe('Absolute path in the container.'),
    })
    .nullish()
    .describe('An empty folder for each attempt, deleted with its pod.'),
  files: z
    .array(file)
    .max(MAX_FILES)
    .nullish()
    .describe(
      `Texts of up to ${MAX_FILES_BYTES} bytes in all that the container finds as read-only files. Everyone who may run the proc can read them.`,
    ),
  config_maps: z
    .array(mountedObject)
    .max(MAX_ENV_COUNT)
    .nullish()
    .describe("ConfigMaps of the procs' namespace."),
  secrets: z
    .array(mountedObject)
    .max(MAX_ENV_COUNT)
    .nullish()
    .describe("Kubernetes Secrets of the procs' namespace. Their values are not masked in logs."),
  pod_template: templateName
    .nullish()
    .describe('Name of a pod template of the installation, merged under what Proctor sets.'),
  security: security
    .nullish()
    .describe("Rights of the container. Omitted fields: the installation's defaults."),
});
export type ProcMetadata = z.output<typeof procMetadata>;

/** Body of `POST /metadata`. The procs are stored all together or not at all. */
export const registerProcsBody = stopAtProblems(
  z.array(procMetadata).superRefine((procs, context) => {
    const seen = new Set<string>();
    for (const [index, { name }] of procs.entries()) {
      if (context.issues.length >= MAX_PROBLEMS) return;
      if (seen.has(name))
        context.addIssue({ code: 'custom', message: `'${name}' is listed twice`, path: [index, 'name'] });
      seen.add(name);
    }
  }),
);

export const listProcsReply = z.array(procMetadata);

export const procParams = z.object({ name: procName });

/** A registered proc. */
export const procReply = procMetadata.extend({
  revision: z.int().describe('Incremented by each change.'),
  created_at: instant,
  updated_at: instant,
});
export type ProcReply = z.output<typeof procReply>;

const changedBy = z
  .string()
  .optional()
  .describe('Email. Omitted: registered by Proctor itself, or before it kept revisions.');

/** `GET /metadata/{name}/revision` */
export const listProcRevisionsQuery = z.object(numberPage);
export const listProcRevisionsReply = z.object({
  revisions: z.array(
    z.object({ revision: z.int(), image_name: z.string(), changed_by: changedBy, changed_at: instant }),
  ),
  next,
});

export const procRevisionParams = z.object({ name: procName, n: whole('n', MAX_INTEGER) });
export const procRevisionReply = procMetadata.extend({
  revision: z.int(),
  changed_by: changedBy,
  changed_at: instant,
});
