import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { checkServerIdentity } from 'node:tls';
import { StartError } from './start-error.mjs';

const modes = ['disable', 'require', 'verify-ca', 'verify-full'];

/**
 * The TLS options of a migration from the PROCTOR_POSTGRES_SSL_* variables, with the rules that libs/platform has for the
 * services; a spec compares the two. A migration may run before anything is built.
 * @param {NodeJS.ProcessEnv} env @returns {import('node:tls').ConnectionOptions | undefined} undefined: plain text
 */
export function postgresTlsFromEnv(env) {
  const mode = env.PROCTOR_POSTGRES_SSL_MODE || 'disable';
  const host = env.PROCTOR_POSTGRES_HOST ?? '';
  if (!modes.includes(mode)) throw wrong('_MODE', `must be one of ${modes.join(', ')}, got "${mode}"`);
  const ca = readPem(env, '_CA');
  const cert = readPem(env, '_CERT');
  const key = readPem(env, '_KEY');
  if (mode === 'disable') {
    if (ca ?? cert ?? key)
      throw wrong('_MODE', 'must be verify-full (or verify-ca), because PROCTOR_POSTGRES_SSL_… is set');
    return undefined;
  }
  if (host.startsWith('/'))
    throw wrong('_MODE', 'must be disable, because PROCTOR_POSTGRES_HOST is the folder of a socket');
  if (mode === 'require' && ca)
    throw wrong('_MODE', 'must be verify-full or verify-ca, because PROCTOR_POSTGRES_SSL_CA is set');
  if (mode === 'verify-ca' && !ca)
    throw wrong('_CA', 'must be set, because PROCTOR_POSTGRES_SSL_MODE is verify-ca');
  if (Boolean(cert) !== Boolean(key))
    throw wrong(cert ? '_KEY' : '_CERT', 'must be set, because its counterpart is');
  return {
    minVersion: 'TLSv1.2',
    rejectUnauthorized: mode !== 'require',
    // For an address, pg leaves Node to check the certificate for `localhost`.
    checkServerIdentity: (_name, certificate) =>
      mode === 'verify-full' ? checkServerIdentity(host, certificate) : undefined,
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
  };
}

/** @param {NodeJS.ProcessEnv} env @param {string} suffix @returns {string | undefined} */
function readPem(env, suffix) {
  const path = env[`PROCTOR_POSTGRES_SSL${suffix}`];
  if (!path) return undefined;
  const expected = 'must be the absolute path of a PEM file';
  if (!isAbsolute(path)) throw wrong(suffix, `${expected}, got "${path}"`);
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    throw wrong(suffix, `${expected}; "${path}" cannot be read (${code})`);
  }
}

/** @param {string} suffix @param {string} problem */
const wrong = (suffix, problem) => new StartError(`PROCTOR_POSTGRES_SSL${suffix} ${problem}`);
