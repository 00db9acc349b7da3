/** Bounds of what clients may send. Bytes are UTF-8 bytes. Those that are rules of procs are libs/domain's. */
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

/** Largest request body; also what the gateway's HTTP server is set to. */
export const MAX_BODY_BYTES = 1024 * 1024;

export const MAX_PROC_NAME_LENGTH = 100;
export const MAX_IMAGE_NAME_LENGTH = 500;
/** Descriptions, authors and other free text of a proc. */
export const MAX_TEXT_LENGTH = 10_000;

/** Names, keys and quantities of Kubernetes. */
export const MAX_POD_TEXT_LENGTH = 500;
export const MAX_ANNOTATION_BYTES = 256 * 1024;

/** Args of one execution, args or secrets that one proc declares, secrets in one request. */
export const MAX_ENV_COUNT = 100;

export const MAX_GROUPS = 100;
export const MAX_GROUP_NAME_LENGTH = 200;

export const MAX_IDEMPOTENCY_KEY_LENGTH = 200;
