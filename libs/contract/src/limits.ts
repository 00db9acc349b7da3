/** Bounds of what clients may send. Bytes are UTF-8 bytes. */

/** Largest request body; also what the gateway's HTTP server is set to. */
export const MAX_BODY_BYTES = 1024 * 1024;

export const MAX_PROC_NAME_LENGTH = 100;
export const MAX_IMAGE_NAME_LENGTH = 500;
/** Descriptions, authors and other free text of a proc. */
export const MAX_TEXT_LENGTH = 10_000;

/** Names of args and secrets: they become environment variables. */
export const MAX_ENV_NAME_LENGTH = 128;
/** Args of one execution, args or secrets that one proc declares, secrets in one request. */
export const MAX_ENV_COUNT = 100;
/** One arg's or secret's value. Linux refuses an environment string of more than 128 KiB. */
export const MAX_ENV_VALUE_BYTES = 64 * 1024;
/** All values of one execution's args or one proc's secrets: a Kubernetes object must stay under 1 MiB, escaped. */
export const MAX_ENV_TOTAL_BYTES = 384 * 1024;

export const MAX_GROUPS = 100;
export const MAX_GROUP_NAME_LENGTH = 200;

export const MAX_TIMEOUT_SECONDS = 30 * 24 * 60 * 60;
export const MAX_RETRIES = 100;
export const MAX_CONCURRENCY_LIMIT = 100_000;

export const MAX_IDEMPOTENCY_KEY_LENGTH = 200;

/** Execution ids are JSON numbers that JavaScript clients can hold exactly. */
export const MAX_EXECUTION_ID = Number.MAX_SAFE_INTEGER;
