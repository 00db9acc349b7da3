import { randomBytes } from 'node:crypto';
import { StartError } from './start-error.mjs';

/** Safe in URLs, in shells and in redis.conf. */
const newPassword = () => randomBytes(24).toString('base64url');

/**
 * What docker-compose.yml requires, and with it a development on the host that uses its Postgres and Redis.
 * @type {Readonly<Record<string, () => string>>}
 */
const required = {
  PROCTOR_POSTGRES_OWNER_USER: () => 'proctor',
  PROCTOR_POSTGRES_OWNER_PASSWORD: newPassword,
  PROCTOR_POSTGRES_USER: () => 'proctor_service',
  PROCTOR_POSTGRES_PASSWORD: newPassword,
  PROCTOR_REDIS_PASSWORD: newPassword,
  PROCTOR_SECRET_KEY: () => randomBytes(32).toString('base64'),
};

/**
 * New values for the variables that `.env` does not set.
 * @param {Readonly<Record<string, string>>} known what `.env` sets @param {string} [secretKey] the key that is in use
 * @returns {Record<string, string>}
 */
export function missingVariables(known, secretKey) {
  if (known.PROCTOR_POSTGRES_PASSWORD && !known.PROCTOR_POSTGRES_OWNER_PASSWORD) {
    throw new StartError(
      '.env has a PROCTOR_POSTGRES_PASSWORD, but no PROCTOR_POSTGRES_OWNER_PASSWORD',
      'Until now that was the password of the owner of the tables. Rename it in .env to PROCTOR_POSTGRES_OWNER_PASSWORD\n' +
        '(and PROCTOR_POSTGRES_USER, if set, to PROCTOR_POSTGRES_OWNER_USER), then run `npm run env` again.',
    );
  }
  /** @type {Record<string, string>} */
  const missing = {};
  for (const [name, create] of Object.entries(required)) {
    if (known[name]) continue;
    missing[name] = name === 'PROCTOR_SECRET_KEY' && secretKey ? secretKey : create();
  }
  return missing;
}
