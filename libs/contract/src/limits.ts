/** Bounds on what clients may send. Bytes are UTF-8 bytes. Bounds that are rules of procs live in libs/domain. */
export {
  MAX_CONCURRENCY_LIMIT,
  MAX_ENV_NAME_LENGTH,
  MAX_ENV_TOTAL_BYTES,
  MAX_ENV_VALUE_BYTES,
  MAX_EXECUTION_ID,
  MAX_PATTERN_LENGTH,
  MAX_RETRIES,
  MAX_TIMEOUT_SECONDS,
} from '@app/domain';

/** Largest request body. The gateway's HTTP server uses the same limit. */
export const MAX_BODY_BYTES = 1024 * 1024;

export const MAX_PROC_NAME_LENGTH = 100;
export const MAX_IMAGE_NAME_LENGTH = 500;
/** For descriptions, authors and other free text of a proc. */
export const MAX_TEXT_LENGTH = 10_000;

/** For Kubernetes names, keys and quantities. */
export const MAX_POD_TEXT_LENGTH = 500;
export const MAX_ANNOTATION_BYTES = 256 * 1024;

/** Args of one execution, declared args or secrets of one proc, or secrets in one request. */
export const MAX_ENV_COUNT = 100;

export const MAX_GROUPS = 100;
export const MAX_GROUP_NAME_LENGTH = 200;

export const MAX_IDEMPOTENCY_KEY_LENGTH = 200;
