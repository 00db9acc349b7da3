import { isDnsLabel, isDnsSubdomain, isQualifiedName, MAX_ID } from '@app/domain';
import {
  annotationsVar,
  booleanVar,
  healthSettings,
  healthVars,
  integerVar,
  jsonMapVar,
  loadEnv,
  namespacesVar,
  parsedVar,
  podSecurityVar,
  secretKeysOf,
  secretKeyVars,
  serviceSchema,
  serviceSettings,
  textVar,
  userShareVar,
  type EnvSource,
} from '@app/platform';

/** Without a default: at level baseline the image decides. */
const idOrImageVar = parsedVar<number | 'image'>(`a whole number from 1 to ${MAX_ID}, or image`, (text) => {
  const id = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  return text === 'image' ? text : id > 0 && id <= MAX_ID ? id : undefined;
});

/** `npm run docs` reads it for docs/settings.md. */
export const schema = serviceSchema({
  ...healthVars,
  ...secretKeyVars,
  PROCTOR_KUBE_CONFIG: parsedVar<'out-of-cluster'>('out-of-cluster, or nothing for in-cluster', (text) =>
    text === 'out-of-cluster' ? text : undefined,
  ).optional(),
  PROCTOR_KUBE_CONTEXT: textVar('the name of a context').default('default'),
  PROCTOR_KUBE_HTTP2: booleanVar().default(true),
  KUBECONFIG: textVar('a path').optional(),
  PROCTOR_DEFAULT_NAMESPACE: parsedVar('a Kubernetes namespace', (text) =>
    isDnsLabel(text) ? text : undefined,
  ).default('default'),
  PROCTOR_ALLOWED_NAMESPACES: namespacesVar.optional(),
  PROCTOR_ALLOWED_ANNOTATIONS: annotationsVar.optional(),
  PROCTOR_KUBE_JOB_ACTIVE_DEADLINE_SECONDS: integerVar({ min: 1, max: 2_592_000, default: 3_600 }),
  PROCTOR_KUBE_JOB_RETRIES: integerVar({ min: 0, max: 100, default: 0 }),
  PROCTOR_KUBE_SERVICE_ACCOUNT_NAME: parsedVar('the name of a service account', (text) =>
    isDnsSubdomain(text) ? text : undefined,
  ).optional(),
  PROCTOR_JOB_POD_ANNOTATIONS: jsonMapVar
    .refine(
      // Kubernetes compares these keys in lower case.
      (annotations) => Object.keys(annotations).every((key) => isQualifiedName(key.toLowerCase())),
      'a JSON object whose keys are names of annotations, such as {"example.com/team":"data"}',
    )
    .default({}),
  PROCTOR_POD_SECURITY: podSecurityVar.optional(),
  PROCTOR_JOB_RUN_AS_USER: idOrImageVar.optional(),
  PROCTOR_JOB_RUN_AS_GROUP: idOrImageVar.optional(),
  PROCTOR_JOB_FS_GROUP: integerVar({ min: 0, max: MAX_ID }).optional(),
  PROCTOR_JOB_READ_ONLY_ROOT_FILESYSTEM: booleanVar().default(false),
  PROCTOR_KUBE_POD_LIST_WAIT_TIME: integerVar({ min: 1, max: 86_400 }).optional(),
  PROCTOR_KUBE_LOG_PROCESS_WAIT_TIME: integerVar({ min: 1, max: 86_400 }).optional(),
  PROCTOR_KUBE_WAIT_FOR_RESOURCE_POLL_COUNT: integerVar({ min: 1, max: 10_000, default: 5 }),
  PROCTOR_KUBE_REFUSED_WAIT_TIME: integerVar({ min: 1, max: 604_800, default: 900 }),
  PROCTOR_KUBE_QUEUE_WAIT_TIME: integerVar({ min: 1, max: 2_592_000, default: 86_400 }),
  PROCTOR_WORKER_CONCURRENCY: integerVar({ min: 1, max: 10_000, default: 500 }),
  PROCTOR_LOG_LIMIT_BYTES: integerVar({ min: 65_536, max: 1_073_741_824, default: 10_485_760 }),
  PROCTOR_USER_SHARE: userShareVar,
});

/** How long one wait for a Job or pod to become ready lasts, before the next one. */
const DEFAULT_WAIT_SECONDS = 60;

export type WorkerEnv = ReturnType<typeof loadWorkerEnv>;

/** The worker's settings. @throws ConfigurationError with every problem */
export function loadWorkerEnv(source: EnvSource) {
  const env = loadEnv(schema, source);
  const waitSeconds =
    env.PROCTOR_KUBE_POD_LIST_WAIT_TIME ?? env.PROCTOR_KUBE_LOG_PROCESS_WAIT_TIME ?? DEFAULT_WAIT_SECONDS;
  return {
    ...serviceSettings(env),
    health: healthSettings(env),
    secretKeys: secretKeysOf(env),
    kubernetes: {
      cluster: {
        ...(env.PROCTOR_KUBE_CONFIG
          ? {
              mode: 'out-of-cluster' as const,
              kubeconfigPath: env.KUBECONFIG,
              context: env.PROCTOR_KUBE_CONTEXT,
            }
          : { mode: 'in-cluster' as const }),
        http2: env.PROCTOR_KUBE_HTTP2,
      },
      namespace: env.PROCTOR_DEFAULT_NAMESPACE,
      namespaces: env.PROCTOR_ALLOWED_NAMESPACES ?? [],
    },
    job: {
      timeoutSeconds: env.PROCTOR_KUBE_JOB_ACTIVE_DEADLINE_SECONDS,
      retries: env.PROCTOR_KUBE_JOB_RETRIES,
      serviceAccountName: env.PROCTOR_KUBE_SERVICE_ACCOUNT_NAME ?? null,
      podAnnotations: env.PROCTOR_JOB_POD_ANNOTATIONS,
      security: {
        runAsUser: env.PROCTOR_JOB_RUN_AS_USER ?? null,
        runAsGroup: env.PROCTOR_JOB_RUN_AS_GROUP ?? null,
        fsGroup: env.PROCTOR_JOB_FS_GROUP ?? null,
        readOnlyRootFilesystem: env.PROCTOR_JOB_READ_ONLY_ROOT_FILESYSTEM,
      },
    },
    /** Null: as the database says, like the level below. */
    allowedAnnotations: env.PROCTOR_ALLOWED_ANNOTATIONS ?? null,
    podSecurity: env.PROCTOR_POD_SECURITY ?? null,
    startLimits: {
      startMs: waitSeconds * env.PROCTOR_KUBE_WAIT_FOR_RESOURCE_POLL_COUNT * 1_000,
      imageMs: waitSeconds * 1_000,
      queueMs: env.PROCTOR_KUBE_QUEUE_WAIT_TIME * 1_000,
    },
    refusedLimitMs: env.PROCTOR_KUBE_REFUSED_WAIT_TIME * 1_000,
    concurrency: env.PROCTOR_WORKER_CONCURRENCY,
    logLimitBytes: env.PROCTOR_LOG_LIMIT_BYTES,
    userShare: env.PROCTOR_USER_SHARE,
  };
}
